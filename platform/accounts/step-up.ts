// The port that may ask for more than one proof: a second factor, or a code by mail when something looks unusual.
import type { EnvironmentId, SignInChallenge } from "../../shared/schema/platform/index.ts";

/** What is known of a sign-in whose proof was good. */
export interface SignInContext {
  readonly provider: string;
  readonly address: string;
  readonly userAgent?: string;
  readonly deviceName?: string;
  readonly deviceId?: string;
  /** The same as in the `SignInAttempt`. */
  readonly accountKey?: string;
}

/** Decides whether a good proof is enough. Called once for a sign-in, last. */
export interface StepUp {
  /** The challenge, or undefined when the sign-in is complete. */
  assess(environmentId: EnvironmentId, playerId: string, context: SignInContext): Promise<SignInChallenge | undefined>;
}
