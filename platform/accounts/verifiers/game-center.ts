// The way in of Apple's Game Center: a signature over the player's id, checked with Apple's certificate.
import { createHash, createVerify } from "node:crypto";
import type { GameCenterConfig } from "../../../shared/schema/platform/index.ts";
import { GameCenterProof } from "../../../shared/schema/platform/index.ts";
import { parseProof } from "./parse-proof.ts";
import type { ProviderHttp } from "./provider-http.ts";
import { expiredProof, invalidProof } from "./refusals.ts";
import { RemoteCertificates } from "./remote-certificates.ts";
import { CLOCK_TOLERANCE_SECONDS } from "./signed-token.ts";
import type { UsedProofs } from "./used-proofs.ts";
import type { VerifiedIdentity, Verifier, VerifierContext } from "./verifier.ts";

/** Takes what `GKLocalPlayer.fetchItems(forIdentityVerificationSignature:)` gives, as Apple's documentation of it says to. */
export class GameCenterVerifier implements Verifier {
  readonly provider: string;
  readonly #config: GameCenterConfig;
  readonly #usedProofs: UsedProofs;
  readonly #certificates: RemoteCertificates;

  constructor(provider: string, config: GameCenterConfig, deps: { http: ProviderHttp; usedProofs: UsedProofs }) {
    this.provider = provider;
    this.#config = config;
    this.#usedProofs = deps.usedProofs;
    this.#certificates = new RemoteCertificates(deps.http, {
      urls: config.certificateUrls,
      trustedIssuers: config.trustedIssuers,
    });
  }

  async verify(proof: unknown, { environmentId, nowMs }: VerifierContext): Promise<VerifiedIdentity> {
    const given = parseProof(GameCenterProof, proof);
    const { bundleIds, maxAgeSeconds, namespace } = this.#config;
    if (!bundleIds.includes(given.bundleId)) throw invalidProof("its bundle id is not one of this environment");
    const oldestMs = nowMs - (maxAgeSeconds + CLOCK_TOLERANCE_SECONDS) * 1_000;
    if (given.timestampMs < oldestMs || given.timestampMs > nowMs + CLOCK_TOLERANCE_SECONDS * 1_000) {
      throw expiredProof("its timestamp is too old or too new");
    }
    const { publicKey } = await this.#certificates.get(given.publicKeyUrl, nowMs);
    const signed = signedBytes(given);
    if (publicKey.asymmetricKeyType !== "rsa") throw invalidProof("the key of its certificate is not an RSA key");
    const isRight = createVerify("sha256").update(signed).verify(publicKey, Buffer.from(given.signature, "base64"));
    if (!isRight) throw invalidProof("its signature is not right");
    const unique = createHash("sha256").update(signed).digest("base64url");
    await this.#usedProofs.spend(environmentId, `game-center:${unique}`, given.timestampMs - oldestMs);
    return { provider: namespace ?? this.provider, subject: given.playerId };
  }
}

/** Player, bundle, timestamp as 64 bits of big-endian, and salt, one after the other. */
function signedBytes({ playerId, bundleId, timestampMs, salt }: GameCenterProof): Buffer {
  const timestamp = Buffer.alloc(8);
  timestamp.writeBigUInt64BE(BigInt(timestampMs));
  return Buffer.concat([Buffer.from(playerId), Buffer.from(bundleId), timestamp, Buffer.from(salt, "base64")]);
}
