// Every public error code, with the HTTP status and title it is answered with. `docs/errors.md` has a row for each.

/** The catalogue: one entry for each public error code. `title` never changes with the request; `detail` does. */
export const ERROR_CATALOGUE = {
  "request.malformed": { status: 400, title: "The request could not be read" },
  "request.invalid": { status: 422, title: "The request has invalid fields" },
  "request.too_large": { status: 413, title: "The request body is too large" },
  "request.unsupported_media_type": { status: 415, title: "The request body must be JSON" },
  "request.rate_limited": { status: 429, title: "Too many requests" },
  "route.not_found": { status: 404, title: "No such path" },
  "route.method_not_allowed": { status: 405, title: "The path does not take this method" },
  "auth.missing": { status: 401, title: "A bearer token is required" },
  "auth.invalid": { status: 401, title: "The token is not valid" },
  "auth.expired": { status: 401, title: "The token has expired" },
  "auth.session_ended": { status: 401, title: "The session has ended" },
  "auth.forbidden": { status: 403, title: "The credential does not allow this" },
  "account.banned": { status: 403, title: "This account, device or network is banned" },
  "ban.not_found": { status: 404, title: "There is no such ban" },
  "player.not_found": { status: 404, title: "There is no such player" },
  "session.not_found": { status: 404, title: "There is no such session" },
  "environment.unknown": { status: 404, title: "There is no such environment" },
  "environment.exists": { status: 409, title: "There is such an environment or project already" },
  "environment.too_many": { status: 409, title: "There are as many environments as there may be" },
  "key.not_found": { status: 404, title: "There is no such key" },
  "key.rotating": { status: 409, title: "The key is being rotated" },
  "key.too_many": { status: 409, title: "There are as many keys as there may be" },
  "proof.invalid": { status: 401, title: "The proof of identity is not valid" },
  "proof.expired": { status: 401, title: "The proof of identity has expired" },
  "proof.used": { status: 409, title: "The proof of identity was already used" },
  "proof.refused": { status: 403, title: "Such an account may not sign in here" },
  "provider.unavailable": { status: 503, title: "The identity provider is not available" },
  "code.invalid": { status: 422, title: "The code is not valid" },
  "auth.wrong_credentials": { status: 401, title: "The address or the password is wrong" },
  "auth.unknown_provider": { status: 422, title: "There is no such way to sign in" },
  "auth.step_up_required": { status: 403, title: "More than this proof is required" },
  "account.merged": { status: 410, title: "The player was merged into another" },
  "identity.clash": { status: 409, title: "The identity leads to another player" },
  "identity.clash_stale": { status: 409, title: "The clash is not as it was" },
  "identity.taken": { status: 409, title: "The address leads to a player already" },
  "identity.last": { status: 409, title: "The last way in cannot be taken away" },
  "identity.limit": { status: 409, title: "The player has too many identities" },
  "identity.not_found": { status: 404, title: "There is no such identity" },
  "password.weak": { status: 422, title: "The password is too easy to guess" },
  "password.breached": { status: 422, title: "The password was stolen elsewhere" },
  "auth.locked": { status: 429, title: "Too many failed attempts" },
  "auth.elevation_required": { status: 403, title: "This needs a fresh proof of who you are" },
  "challenge.not_found": { status: 404, title: "There is no such challenge" },
  "factor.wrong_code": { status: 422, title: "The code is not right" },
  "factor.wrong_passkey": { status: 422, title: "The passkey was not accepted" },
  "factor.exists": { status: 409, title: "This factor is already set up" },
  "factor.not_found": { status: 404, title: "There is no such factor" },
  "factor.limit": { status: 409, title: "There are too many factors of this kind" },
  "factor.not_offered": { status: 409, title: "This platform does not offer that factor" },
  "matchmaking.unknown_mode": { status: 422, title: "There is no such game mode" },
  "matchmaking.ticket_not_found": { status: 404, title: "There is no such matchmaking ticket" },
  "profile.version_conflict": { status: 409, title: "The profile was changed meanwhile" },
  "profile.name_refused": { status: 422, title: "The name cannot be a display name" },
  "profile.name_changed_too_often": { status: 429, title: "The name was changed too often" },
  "profile.too_large": { status: 422, title: "The profile would be too large" },
  "ticket.missing": { status: 401, title: "A join ticket is required" },
  "ticket.invalid": { status: 401, title: "The join ticket is not valid" },
  "ticket.expired": { status: 401, title: "The join ticket has expired" },
  "ticket.used": { status: 409, title: "The join ticket was already used" },
  "ticket.wrong_room": { status: 403, title: "The join ticket is for another room" },
  "ticket.session_ended": { status: 401, title: "The session of the join ticket has ended" },
  "ticket.wrong_player": { status: 403, title: "The join ticket belongs to another player" },
  "ticket.wrong_environment": { status: 403, title: "The join ticket is for another environment" },
  "room.gone": { status: 410, title: "The room or seat is gone" },
  "room.full": { status: 409, title: "The room is full" },
  "build.mismatch": { status: 409, title: "The client and the server are of different builds" },
  "server.draining": { status: 503, title: "The game server is draining" },
  "service.unavailable": { status: 503, title: "A service this needs is not available" },
  internal: { status: 500, title: "Something went wrong on our side" },
} as const satisfies Record<string, { status: number; title: string }>;

/** A public error code, e.g. `"ticket.expired"`. */
export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** One field that was wrong: `field` is its path (`"deviceId"`, `"players[0].name"`), `message` says the bound and the fix. */
export interface FieldError {
  field: string;
  message: string;
}

/** RFC 9457 problem details, as every HTTP error of ours is answered (`application/problem+json`). */
export interface Problem {
  /** A URI reference that names the kind of problem: the row of the code in the error documentation. */
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  /** The request's id, to quote to support; also in the `X-Request-Id` header. */
  requestId?: string;
  errors?: FieldError[];
  /** Members of one kind of problem alone (RFC 9457, section 3.2), e.g. `clash` of `identity.clash`. */
  [member: string]: unknown;
}

/** Builds the problem document for `code`. Throws nothing. */
export function problem(
  code: ErrorCode,
  detail: string,
  extra: { requestId?: string; errors?: FieldError[]; members?: Readonly<Record<string, unknown>> } = {},
): Problem {
  const { status, title } = ERROR_CATALOGUE[code];
  const { members, ...rest } = extra;
  return { ...members, type: `/docs/errors#${code}`, title, status, code, detail, ...rest };
}

/** The caller's mistake, thrown anywhere in a process and turned into a problem document at its edge. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly errors: FieldError[] | undefined;
  /** When the same request may succeed, in whole seconds; becomes `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;
  /** Members that only this kind of problem has, e.g. `{ clash }`. */
  readonly members: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ErrorCode,
    detail: string,
    options: {
      errors?: FieldError[];
      retryAfterSeconds?: number;
      members?: Readonly<Record<string, unknown>>;
      cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.members = options.members;
  }

  get status(): number {
    return ERROR_CATALOGUE[this.code].status;
  }
}
