// The platform's REST contract, typed: guest sign-in, and a seat in a game.
import { z } from "zod";
import { MatchmakingStatus, SignInResponse } from "../shared/schema/platform/index.ts";
import { ClientError, isErrorCode, sentence } from "./client-error.ts";

/** A request that takes longer than this is given up; milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;

/** What of a problem document we read. Anything may be missing: the answer may come from a proxy in between. */
const ProblemAnswer = z.object({
  code: z.string().optional(),
  detail: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});

/** How a `PlatformApi` reaches the platform; `fetch` can be replaced for tests. */
export interface PlatformApiOptions {
  readonly fetch?: typeof fetch;
  readonly timeoutMs?: number;
}

/**
 * The platform's API. Every answer is checked against the shared shapes; everything thrown is a `ClientError`: with the
 * platform's own code when it sent one, else `client.unreachable`, `client.timeout`, `client.aborted` or
 * `client.bad_response`.
 */
export class PlatformApi {
  readonly #base: URL;
  readonly #fetch: typeof fetch;
  readonly #timeoutMs: number;
  #accessToken: string | undefined;

  /** `platformUrl` is the platform's root, e.g. `http://localhost:8000`; in a browser it may be relative (`/`). */
  constructor(platformUrl: string, options: PlatformApiOptions = {}) {
    this.#base = baseOf(platformUrl);
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#timeoutMs = options.timeoutMs ?? REQUEST_TIMEOUT_MS;
  }

  /** Signs in as a guest; later calls carry the access token. The same device id gives the same player. */
  async signInAsGuest(deviceId: string, signal?: AbortSignal): Promise<SignInResponse> {
    const answer = await this.#call("POST", "v1/auth/guest", SignInResponse, { deviceId }, signal);
    this.#accessToken = answer.accessToken;
    return answer;
  }

  /** Asks for a seat in a game of `mode`. */
  joinMatchmaking(mode: string, signal?: AbortSignal): Promise<MatchmakingStatus> {
    return this.#call("POST", "v1/matchmaking/join", MatchmakingStatus, { mode }, signal);
  }

  /** How a matchmaking ticket stands. */
  matchmakingStatus(ticketId: string, signal?: AbortSignal): Promise<MatchmakingStatus> {
    const path = `v1/matchmaking/status?ticketId=${encodeURIComponent(ticketId)}`;
    return this.#call("GET", path, MatchmakingStatus, undefined, signal);
  }

  /** Gives a matchmaking ticket back; one that is gone already is no error. */
  async cancelMatchmaking(ticketId: string): Promise<void> {
    const path = `v1/matchmaking/status?ticketId=${encodeURIComponent(ticketId)}`;
    try {
      await this.#call("DELETE", path, undefined, undefined, undefined);
    } catch (error) {
      if (!(error instanceof ClientError && error.code === "matchmaking.ticket_not_found")) throw error;
    }
  }

  async #call<T>(
    method: string,
    path: string,
    shape: z.ZodType<T> | undefined,
    body: object | undefined,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    const where = `${method} /${path.split("?")[0]}`;
    let status: number;
    let text: string;
    try {
      const response = await this.#fetch(new URL(path, this.#base), {
        method,
        headers: this.#headers(body !== undefined),
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      status = response.status;
      text = await response.text();
    } catch (error) {
      if (signal?.aborted)
        throw new ClientError("client.aborted", "The caller's signal was aborted.", { cause: error });
      if (timeout.aborted) {
        const detail = `${where} at ${this.#base.origin} gave no answer within ${this.#timeoutMs} ms.`;
        throw new ClientError("client.timeout", detail, { cause: error });
      }
      throw new ClientError("client.unreachable", `${where} at ${this.#base.origin} failed.`, { cause: error });
    }
    if (status < 200 || status > 299) throw refusal(where, status, text);
    return (shape ? parse(shape, text, where) : undefined) as T;
  }

  #headers(hasBody: boolean): Record<string, string> {
    return {
      accept: "application/json",
      ...(hasBody && { "content-type": "application/json" }),
      ...(this.#accessToken !== undefined && { authorization: `Bearer ${this.#accessToken}` }),
    };
  }
}

function baseOf(platformUrl: string): URL {
  try {
    const base = new URL(platformUrl, globalThis.location?.href);
    if (!base.pathname.endsWith("/")) base.pathname += "/";
    return base;
  } catch (error) {
    const detail = `platformUrl is ${JSON.stringify(platformUrl)}; give an address such as "http://localhost:8000".`;
    throw new ClientError("client.unreachable", detail, { cause: error });
  }
}

function parse<T>(shape: z.ZodType<T>, text: string, where: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ClientError("client.bad_response", `${where} did not answer with JSON.`, { cause: error });
  }
  const answer = shape.safeParse(json);
  if (answer.success) return answer.data;
  const fields = answer.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; ");
  throw new ClientError("client.bad_response", `${where} answered with wrong fields (${fields}).`, {
    cause: answer.error,
  });
}

/** The error for an answer that is not a success: the platform's own when it sent one. */
function refusal(where: string, status: number, text: string): ClientError {
  const problem = ProblemAnswer.safeParse(jsonOrUndefined(text));
  if (problem.success && isErrorCode(problem.data.code)) {
    const fields = (problem.data.errors ?? []).map(({ field, message }) => ` ${field}: ${sentence(message)}`).join("");
    return new ClientError(problem.data.code, sentence(problem.data.detail ?? `${where} was refused`) + fields);
  }
  if (status === 502 || status === 503 || status === 504) {
    return new ClientError("client.unreachable", `${where} answered HTTP ${status}.`);
  }
  return new ClientError("client.bad_response", `${where} answered HTTP ${status} without a known error code.`);
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON is an answer too: the caller then goes by the status.
  }
}
