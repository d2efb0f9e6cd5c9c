// The way in of a studio's own accounts: a short-lived token that the studio signs.
import { createSecretKey } from "node:crypto";
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey, type KeyObject } from "jose";
import type { CustomConfig } from "../../../shared/schema/platform/index.ts";
import { CustomTokenProof } from "../../../shared/schema/platform/index.ts";
import { parseProof } from "./parse-proof.ts";
import type { ProviderHttp } from "./provider-http.ts";
import { invalidProof } from "./refusals.ts";
import { remoteKeys } from "./remote-keys.ts";
import { DEFAULT_ALGORITHMS, identityOf, type TokenExpectations, verifyToken } from "./signed-token.ts";
import type { UsedProofs } from "./used-proofs.ts";
import type { VerifiedIdentity, Verifier, VerifierContext } from "./verifier.ts";

/** Takes a JWT with the configured issuer and audience, not older than configured, once. `sub` is the studio's name for the person. */
export class CustomVerifier implements Verifier {
  readonly provider: string;
  readonly #config: CustomConfig;
  readonly #usedProofs: UsedProofs;
  readonly #signers: Pick<TokenExpectations, "keys" | "algorithms">;

  constructor(
    provider: string,
    config: CustomConfig,
    deps: { http: ProviderHttp; usedProofs: UsedProofs; keysCooldownMs?: number | undefined },
  ) {
    this.provider = provider;
    this.#config = config;
    this.#usedProofs = deps.usedProofs;
    this.#signers = signersOf(config, deps.http, deps.keysCooldownMs);
  }

  async verify(proof: unknown, { environmentId, nowMs }: VerifierContext): Promise<VerifiedIdentity> {
    const { token } = parseProof(CustomTokenProof, proof);
    const { issuer, audience, maxAgeSeconds, namespace } = this.#config;
    const expected = { ...this.#signers, issuers: [issuer], audiences: [audience], maxAgeSeconds, nowMs };
    const { claims, unique, leftMs } = await verifyToken(token, expected);
    const identity = identityOf(namespace ?? this.provider, claims, claims.sub);
    await this.#usedProofs.spend(environmentId, `jwt:${unique}`, leftMs);
    return identity;
  }
}

function signersOf(
  { jwksUrl, jwks, sharedSecret, algorithms }: CustomConfig,
  http: ProviderHttp,
  cooldownMs: number | undefined,
): { keys: JWTVerifyGetKey | KeyObject; algorithms: readonly string[] } {
  // A shared secret verifies HS256 and nothing else, and public keys never do: neither passes for the other.
  if (sharedSecret !== undefined) {
    return { keys: createSecretKey(sharedSecret, "utf8"), algorithms: ["HS256"] };
  }
  const asymmetric = algorithms ?? [...DEFAULT_ALGORITHMS, "EdDSA"];
  if (jwksUrl !== undefined) return { keys: remoteKeys(http, jwksUrl, cooldownMs), algorithms: asymmetric };
  const local = createLocalJWKSet((jwks ?? { keys: [] }) as JSONWebKeySet);
  const keys: JWTVerifyGetKey = async (header, token) => {
    try {
      return await local(header, token);
    } catch (error) {
      if (error instanceof errors.JOSEError) throw invalidProof("it is signed by a key that is not configured", error);
      throw error;
    }
  };
  return { keys, algorithms: asymmetric };
}
