// Why a proof is not taken: the errors that ways in answer with. No message quotes a proof, a secret or an address inside.
import { AppError } from "../../../shared/schema/errors.ts";

/** Forged, somebody else's, or for another audience: `what` says what was wrong with it, as a clause. */
export function invalidProof(what: string, cause?: unknown): AppError {
  return new AppError("proof.invalid", `The proof is not taken: ${what}. Get a new one from the provider.`, { cause });
}

/** Too old, or from the future. */
export function expiredProof(what: string, cause?: unknown): AppError {
  return new AppError("proof.expired", `The proof is not taken: ${what}. Get a new one, and check the clock.`, {
    cause,
  });
}

/** Genuine, but not let in: `why` completes "The account is not let in: …". */
export function refusedAccount(why: string): AppError {
  return new AppError("proof.refused", `The account is not let in: ${why}. Sign in with another one.`);
}

/** The provider cannot be asked now. `cause` is for the log. */
export function unavailableProvider(cause?: unknown): AppError {
  return new AppError("provider.unavailable", "The identity provider cannot be asked now. Try again with this proof.", {
    cause,
  });
}
