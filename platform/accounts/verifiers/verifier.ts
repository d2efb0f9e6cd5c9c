// What every way of signing in is to the rest of the platform: something that turns a proof into an identity.

/** Who somebody is to a provider, once the provider's word was checked. */
export interface VerifiedIdentity {
  /** Under which name identities of this provider are kept, e.g. `"google"`. Two ways in to one provider share it. */
  readonly provider: string;
  /**
   * The provider's own, lasting name for the person, at most `MAX_SUBJECT_LENGTH` characters. For guests it is the secret
   * of their device: keep a hash of it, never show it, never log it.
   */
  readonly subject: string;
  /** The address that the provider knows, as it spells it. Worth something only where `isEmailVerified`. */
  readonly email?: string;
  /** Whether the provider says that the address belongs to this person. Absent where there is no address. */
  readonly isEmailVerified?: boolean;
  /** A name to suggest: at most `MAX_SUGGESTED_NAME_LENGTH` characters, on one line, but not yet by the rules of display names. */
  readonly displayName?: string;
}

/** What a verification happens in. */
export interface VerifierContext {
  /** The environment that the request is for. */
  readonly environmentId: string;
  /** Now, in milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * One way in. Proofs come from strangers: whatever is passed, `verify` resolves or rejects within a bounded time and with
 * bounded memory, and except for faults of ours it rejects with an `AppError`:
 *
 * - `request.invalid`: not the shape of a proof; `errors[]` names the fields, below `proof`
 * - `proof.invalid`: somebody else's, for another audience, forged, or signed by a key that the provider does not have
 * - `proof.expired`: it was good once, and is too old now (or not good yet)
 * - `proof.used`: it has already let somebody in; proofs are good for one use, except those that are a lasting secret
 * - `proof.refused`: genuine, but the environment does not let such accounts in
 * - `provider.unavailable`: the provider cannot be asked now; the proof is not spent by that
 * - `service.unavailable`: the record of used proofs cannot be reached
 *
 * A message of such an error never quotes the proof or a secret.
 */
export interface Verifier {
  /** The name of this way in, as a sign-in names it. */
  readonly provider: string;
  /** Who `proof` proves somebody to be. It is spent by that. */
  verify(proof: unknown, context: VerifierContext): Promise<VerifiedIdentity>;
}

/** Longest subject that is taken from a provider, in characters: what OpenID Connect Core 1.0 allows. */
export const MAX_SUBJECT_LENGTH = 255;

/** Longest name that is suggested, in characters. */
export const MAX_SUGGESTED_NAME_LENGTH = 64;
