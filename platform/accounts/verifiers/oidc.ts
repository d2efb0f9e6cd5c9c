// The way in of OpenID Connect: Google, Apple, Discord, a Keycloak, by configuration alone.
import { createHash, timingSafeEqual } from "node:crypto";
import type { OidcConfig } from "../../../shared/schema/platform/index.ts";
import { AuthorizationCodeProof, IdTokenProof } from "../../../shared/schema/platform/index.ts";
import { OidcClient, type OidcClientOptions } from "./oidc-client.ts";
import { parseProof } from "./parse-proof.ts";
import type { ProviderHttp } from "./provider-http.ts";
import { invalidProof } from "./refusals.ts";
import { DEFAULT_ALGORITHMS, identityOf, verifyToken } from "./signed-token.ts";
import type { UsedProofs } from "./used-proofs.ts";
import type { VerifiedIdentity, Verifier, VerifierContext } from "./verifier.ts";

/**
 * Takes an ID token that the client got from the provider (OpenID Connect Core 1.0, section 3.1.3.7), or an
 * authorization code with its PKCE verifier, which it exchanges for one. Either way it is the ID token that counts:
 * its signature, issuer, audience, times and nonce, once.
 */
export class OidcVerifier implements Verifier {
  readonly provider: string;
  readonly #config: OidcConfig;
  readonly #usedProofs: UsedProofs;
  readonly #client: OidcClient;

  constructor(
    provider: string,
    config: OidcConfig,
    deps: { http: ProviderHttp; usedProofs: UsedProofs } & OidcClientOptions,
  ) {
    this.provider = provider;
    this.#config = config;
    this.#usedProofs = deps.usedProofs;
    this.#client = new OidcClient(config, deps.http, deps);
  }

  async verify(proof: unknown, { environmentId, nowMs }: VerifierContext): Promise<VerifiedIdentity> {
    // The errors of a union would name no field, so the shape is chosen by what is there.
    const isCode = typeof proof === "object" && proof !== null && "code" in proof;
    const given = isCode ? parseProof(AuthorizationCodeProof, proof) : parseProof(IdTokenProof, proof);
    const config = this.#config;
    const idToken = "idToken" in given ? given.idToken : await this.#exchange(given);
    const { claims, unique, leftMs } = await verifyToken(idToken, {
      keys: await this.#client.keys(),
      algorithms: config.algorithms ?? DEFAULT_ALGORITHMS,
      issuers: [config.issuer, ...(config.acceptedIssuers ?? [])],
      audiences: config.clientIds,
      maxAgeSeconds: config.maxAgeSeconds,
      nowMs,
    });
    // Keycloak says in a claim what others say in the header.
    if (typeof claims["typ"] === "string" && claims["typ"] !== "ID") throw invalidProof("its token is not an ID token");
    const isNonceNeeded = config.nonce === "required" && "idToken" in given;
    checkNonce(claims["nonce"], given.nonce, isNonceNeeded);
    const identity = identityOf(config.namespace ?? this.provider, claims, claims.sub);
    await this.#usedProofs.spend(environmentId, `jwt:${unique}`, leftMs);
    return identity;
  }

  async #exchange(proof: AuthorizationCodeProof): Promise<string> {
    const { redirectUris, clientIds } = this.#config;
    const [first = ""] = clientIds;
    const clientId = proof.clientId ?? first;
    if (!clientIds.includes(clientId)) throw invalidProof("its client id is not one of this environment");
    if (!redirectUris?.includes(proof.redirectUri)) {
      throw invalidProof("its redirect URI is not one of this environment");
    }
    return this.#client.exchange(proof, clientId);
  }
}

/**
 * Holds the token's nonce against the client's: the same, or its SHA-256 in hexadecimal or base64url, which is what a
 * client sends that does not want the provider to know it. A token with a nonce needs the client to know it.
 */
function checkNonce(claimed: unknown, given: string | undefined, isNeeded: boolean): void {
  if (claimed === undefined && given === undefined && !isNeeded) return;
  if (given === undefined) throw invalidProof("the nonce that it was asked for with is missing");
  if (typeof claimed !== "string") throw invalidProof("its token has no nonce");
  const hash = createHash("sha256").update(given).digest();
  const spellings = [given, hash.toString("hex"), hash.toString("base64url")];
  if (!spellings.some((spelling) => isSame(spelling, claimed))) throw invalidProof("its nonce is another one");
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
