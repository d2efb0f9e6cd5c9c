// The way in of PlayStation Network: an authorization code, exchanged for an ID token.
import type { JWTVerifyGetKey } from "jose";
import { z } from "zod";
import type { PsnConfig } from "../../../shared/schema/platform/index.ts";
import { PsnProof } from "../../../shared/schema/platform/index.ts";
import { exchangeCode } from "./code-exchange.ts";
import { parseProof } from "./parse-proof.ts";
import type { ProviderHttp } from "./provider-http.ts";
import { refusedAccount } from "./refusals.ts";
import { remoteKeys } from "./remote-keys.ts";
import { DEFAULT_ALGORITHMS, identityOf, verifyToken } from "./signed-token.ts";
import type { UsedProofs } from "./used-proofs.ts";
import type { VerifiedIdentity, Verifier, VerifierContext } from "./verifier.ts";

const Tokens = z.object({ id_token: z.string().min(1).max(16_384) });

/** Exchanges the console's code, and verifies the ID token by the network's published keys. */
export class PsnVerifier implements Verifier {
  readonly provider: string;
  readonly #config: PsnConfig;
  readonly #http: ProviderHttp;
  readonly #usedProofs: UsedProofs;
  readonly #keys: JWTVerifyGetKey;

  constructor(
    provider: string,
    config: PsnConfig,
    deps: { http: ProviderHttp; usedProofs: UsedProofs; keysCooldownMs?: number | undefined },
  ) {
    this.provider = provider;
    this.#config = config;
    this.#http = deps.http;
    this.#usedProofs = deps.usedProofs;
    this.#keys = remoteKeys(deps.http, config.jwksUrl, deps.keysCooldownMs);
  }

  async verify(proof: unknown, { environmentId, nowMs }: VerifierContext): Promise<VerifiedIdentity> {
    const { code } = parseProof(PsnProof, proof);
    const config = this.#config;
    const exchange = { ...config, code, hasBasicCredentials: true };
    const { id_token: idToken } = await exchangeCode(this.#http, exchange, Tokens);
    const { claims, unique, leftMs } = await verifyToken(idToken, {
      keys: this.#keys,
      algorithms: config.algorithms ?? DEFAULT_ALGORITHMS,
      issuers: [config.issuer],
      audiences: [config.clientId],
      maxAgeSeconds: config.maxAgeSeconds,
      nowMs,
    });
    if (config.networks !== undefined && !config.networks.some((network) => network === claims["env_iss_id"])) {
      throw refusedAccount("it is of another PlayStation network, such as one for development");
    }
    const identity = identityOf(config.namespace ?? this.provider, claims, claims[config.subjectClaim]);
    await this.#usedProofs.spend(environmentId, `jwt:${unique}`, leftMs);
    return identity;
  }
}
