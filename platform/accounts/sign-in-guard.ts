// The port that slows down whoever guesses: asked before a proof is checked, told afterwards how it went.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";

/** Who tries to sign in, as far as that is known before the proof is checked. */
export interface SignInAttempt {
  /** Which account is meant: a hash, the same for each attempt at one account, whether there is such an account or not. */
  readonly accountKey: string;
  /** Where the attempt comes from. */
  readonly address: string;
  /** The secret of the device, where it sent one: known devices may be judged apart. */
  readonly deviceId?: string;
  /** False where the proof cannot be guessed, as another provider's cannot: then attempts at one account are not counted together. */
  readonly isGuessable?: boolean;
}

/** Lockout. For each attempt `before` is called, and then one of the others, unless a fault of ours ended it. */
export interface SignInGuard {
  /** Rejects when this attempt may not be made now, the same way for accounts that do not exist. */
  before(environmentId: EnvironmentId, attempt: SignInAttempt): Promise<void>;
  /** The proof was not good. */
  failed(environmentId: EnvironmentId, attempt: SignInAttempt): Promise<void>;
  /** The proof was good. */
  succeeded(environmentId: EnvironmentId, attempt: SignInAttempt): Promise<void>;
}
