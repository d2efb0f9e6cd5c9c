// The refusal of everything that a session which has ended still asks for.
import { AppError } from "../../shared/schema/errors.ts";
import type { SessionEndReason } from "../../shared/schema/platform/index.ts";

/** `auth.session_ended`, with why. A session that is not there counts as one that has ended. */
export function sessionEnded(reason: SessionEndReason | undefined): AppError {
  return new AppError("auth.session_ended", `The session has ended (${reason ?? "ended"}). Sign in again.`);
}
