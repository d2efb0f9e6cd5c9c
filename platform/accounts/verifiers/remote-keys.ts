// A provider's public keys, fetched from its JSON Web Key Set (RFC 7517) and kept for a while.
import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from "jose";
import type { ProviderHttp } from "./provider-http.ts";
import { invalidProof } from "./refusals.ts";

/** How long keys are kept; one that the provider withdraws is taken for that much longer. In milliseconds. */
export const KEYS_MAX_AGE_MS = 600_000;

/**
 * How long after a fetch an unknown key id is not looked for again, in milliseconds: a stranger can name any, and each
 * would be a request to the provider.
 */
export const KEYS_COOLDOWN_MS = 10_000;

/**
 * Looks keys up by the `kid` of a token. A key that is not there is looked for once more at the provider, so that a key
 * rotation needs nobody. Throws `proof.invalid` for a key that the provider does not have, and `provider.unavailable`
 * when it cannot be asked or publishes nonsense.
 */
export function remoteKeys(http: ProviderHttp, url: string, cooldownMs = KEYS_COOLDOWN_MS): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(url), {
    cooldownDuration: cooldownMs,
    cacheMaxAge: KEYS_MAX_AGE_MS,
    [customFetch]: http.fetch,
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      throw keyError(error, (what) => http.nonsense(url, what));
    }
  };
}

/** What a failed look-up means: the token's fault, or the provider's. */
function keyError(error: unknown, nonsense: (what: string) => Error): unknown {
  if (!(error instanceof errors.JOSEError)) return error;
  if (error instanceof errors.JWKSNoMatchingKey) {
    return invalidProof("it is signed by a key that the provider does not have", error);
  }
  if (error instanceof errors.JWKSMultipleMatchingKeys) {
    return invalidProof("it does not say which of the provider's keys signed it", error);
  }
  if (error instanceof errors.JOSENotSupported) return invalidProof("it is signed in a way that is not taken", error);
  return nonsense(`its key set cannot be used: ${error.message}`);
}
