// The one error the client SDK throws: a code to branch on, and a message that says what happened and what to do.
import { ERROR_CATALOGUE, type ErrorCode } from "../shared/schema/errors.ts";

/** What can go wrong before any server has answered, or in how it answered. */
const CLIENT_CATALOGUE = {
  "client.unreachable": {
    title: "The platform cannot be reached",
    advice: "Check that it runs, the address and the network, then try again.",
    isRetryable: true,
  },
  "client.timeout": {
    title: "It took too long",
    advice: "Try again; if it stays so, the servers are full or too far away.",
    isRetryable: true,
  },
  "client.aborted": { title: "Cancelled", advice: "Call connect() again when wanted.", isRetryable: false },
  "client.bad_response": {
    title: "The answer could not be understood",
    advice: "Check that the address is a platform's, and that client and platform are of the same version.",
    isRetryable: false,
  },
  "client.room_unreachable": {
    title: "The game server cannot be reached",
    advice: "Try again to be given another seat; if it stays so, a firewall may block its port.",
    isRetryable: true,
  },
} as const satisfies Record<string, { title: string; advice: string; isRetryable: boolean }>;

/** Public codes that can pass by themselves: the same call may succeed later, or with a new ticket. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "request.rate_limited",
  "auth.locked",
  "provider.unavailable",
  "matchmaking.ticket_not_found",
  "ticket.expired",
  "ticket.used",
  "room.full",
  "room.gone",
  "server.draining",
  "service.unavailable",
  "internal",
]);

/** Public codes that a player can do something about at once. */
const ADVICE: Partial<Record<ErrorCode, string>> = {
  "auth.missing": "Sign in first.",
  "auth.session_ended": "Sign in again.",
  "auth.expired": "Sign in again.",
  "auth.step_up_required": "Answer the challenge to go on.",
  "auth.elevation_required": "Elevate the session, then try again.",
  "identity.clash": "Ask the player which one to keep.",
  "profile.version_conflict": "Read the profile, and make the change again.",
  "build.mismatch": "Reload the page, or update the client: it is older or newer than the server.",
};

/** A code of the client's own. */
export type ClientOnlyErrorCode = keyof typeof CLIENT_CATALOGUE;

/** Every code a `ClientError` can carry: the public error codes, and the client's own (`client.…`). */
export type ClientErrorCode = ErrorCode | ClientOnlyErrorCode;

/** Thrown by everything in `client/`. `retryable` is true when the same call may succeed if it is made again. */
export class ClientError extends Error {
  readonly code: ClientErrorCode;
  /** What happened this time, in one sentence. */
  readonly detail: string;
  readonly retryable: boolean;
  /** The platform's whole problem document (RFC 9457), when it sent one: some codes come with more than text, e.g. a challenge. */
  readonly problem: Readonly<Record<string, unknown>> | undefined;
  /** How long the platform asks to wait before the same call, in milliseconds, when it said so. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ClientErrorCode,
    detail: string,
    options: { cause?: unknown; problem?: Record<string, unknown>; retryAfterMs?: number } = {},
  ) {
    const { title, advice, isRetryable } = describe(code);
    super(`${title}: ${detail} ${advice}`, { cause: options.cause });
    this.name = "ClientError";
    this.code = code;
    this.detail = detail;
    this.retryable = isRetryable;
    this.problem = options.problem;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Whether `text` is one of the public error codes. */
export function isErrorCode(text: string | undefined): text is ErrorCode {
  return text !== undefined && Object.hasOwn(ERROR_CATALOGUE, text);
}

/** `error` as a `ClientError`: itself when it is one, else wrapped under `code`. */
export function toClientError(error: unknown, code: ClientErrorCode): ClientError {
  if (error instanceof ClientError) return error;
  return new ClientError(code, sentence(error instanceof Error ? error.message : String(error)), { cause: error });
}

/** Ends `text` with a full stop, so that advice can follow it. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed === "" || /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

function describe(code: ClientErrorCode): { title: string; advice: string; isRetryable: boolean } {
  if (!isErrorCode(code)) return CLIENT_CATALOGUE[code];
  const isRetryable = RETRYABLE.has(code);
  const usual = isRetryable ? "Try again in a moment." : "Trying again without a change will not help.";
  const advice = ADVICE[code] ?? usual;
  return { title: ERROR_CATALOGUE[code].title, advice, isRetryable };
}
