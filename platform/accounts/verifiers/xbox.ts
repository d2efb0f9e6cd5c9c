// The way in of Xbox: an XSTS token, encrypted for this platform as a relying party and signed by Xbox.
import { createHash, createPrivateKey, type KeyObject } from "node:crypto";
import { compactDecrypt, decodeProtectedHeader, errors } from "jose";
import { z } from "zod";
import type { XboxConfig } from "../../../shared/schema/platform/index.ts";
import { XboxProof } from "../../../shared/schema/platform/index.ts";
import { parseProof } from "./parse-proof.ts";
import type { ProviderHttp } from "./provider-http.ts";
import { invalidProof, refusedAccount } from "./refusals.ts";
import { RemoteCertificates } from "./remote-certificates.ts";
import { identityOf, suggestedName, verifyToken } from "./signed-token.ts";
import type { UsedProofs } from "./used-proofs.ts";
import type { VerifiedIdentity, Verifier, VerifierContext } from "./verifier.ts";

/** How the relying party's tokens are encrypted (RFC 7518), by the newer of Partner Center's two configurations. */
const KEY_ENCRYPTION = ["RSA-OAEP", "RSA-OAEP-256"];
const CONTENT_ENCRYPTION = ["A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"];

/** Who signed the inner token: an address to get the certificate from, and its SHA-1 in base64url (RFC 7515). */
const Header = z.object({ x5u: z.string(), x5t: z.string() });

/** Users in a token, by the hash that the `Authorization` header picks one with. */
const Users = z.array(z.looseObject({ uhs: z.string() })).max(16);

/**
 * Takes the `Authorization` header that `XUserGetTokenAndSignature` makes for the environment's relying party. The token
 * has to be for that audience: one that a player gave to another service is of no use here.
 */
export class XboxVerifier implements Verifier {
  readonly provider: string;
  readonly #config: XboxConfig;
  readonly #usedProofs: UsedProofs;
  readonly #privateKeys: readonly KeyObject[];
  readonly #certificates: RemoteCertificates;

  constructor(provider: string, config: XboxConfig, deps: { http: ProviderHttp; usedProofs: UsedProofs }) {
    this.provider = provider;
    this.#config = config;
    this.#usedProofs = deps.usedProofs;
    this.#privateKeys = config.privateKeys.map((pem) => createPrivateKey(pem));
    this.#certificates = new RemoteCertificates(deps.http, { urls: config.certificateUrls });
  }

  async verify(proof: unknown, { environmentId, nowMs }: VerifierContext): Promise<VerifiedIdentity> {
    const { authorization } = parseProof(XboxProof, proof);
    const [userHash = "", encrypted = ""] = authorization.slice("XBL3.0 x=".length).split(";");
    const { namespace, issuer, relyingParty, maxAgeSeconds, sandbox, subjectClaim } = this.#config;
    const token = await this.#decrypted(encrypted);
    const { claims, unique, leftMs } = await verifyToken(token, {
      keys: await this.#signerOf(token, nowMs),
      algorithms: ["RS256"],
      issuers: [issuer],
      audiences: [relyingParty],
      maxAgeSeconds,
      nowMs,
    });
    if (sandbox !== undefined && claims["sbx"] !== sandbox) throw refusedAccount("it is of another sandbox");
    const user = Users.safeParse(claims["xui"]).data?.find(({ uhs }) => uhs === userHash);
    if (user === undefined) throw invalidProof("its token has no such user");
    const identity = identityOf(namespace ?? this.provider, {}, user[subjectClaim]);
    const displayName = suggestedName(user["gtg"]);
    // A console's token names everybody who is signed in to it, and lets each of them in once.
    await this.#usedProofs.spend(environmentId, `xbox:${userHash}:${unique}`, leftMs);
    return displayName === undefined ? identity : { ...identity, displayName };
  }

  async #decrypted(encrypted: string): Promise<string> {
    const options = { keyManagementAlgorithms: KEY_ENCRYPTION, contentEncryptionAlgorithms: CONTENT_ENCRYPTION };
    for (const key of this.#privateKeys) {
      try {
        const { plaintext } = await compactDecrypt(encrypted, key, options);
        return Buffer.from(plaintext).toString("utf8");
      } catch (error) {
        // Another of our keys may fit. What is no token at all fits none, and ends below.
        if (!(error instanceof errors.JOSEError || error instanceof TypeError)) throw error;
      }
    }
    throw invalidProof("it is not encrypted for this environment");
  }

  async #signerOf(token: string, nowMs: number): Promise<KeyObject> {
    const header = Header.safeParse(headerOf(token));
    if (!header.success) throw invalidProof("its token does not say who signed it");
    const certificate = await this.#certificates.get(header.data.x5u, nowMs);
    const thumbprint = createHash("sha1").update(certificate.raw).digest("base64url");
    if (thumbprint !== header.data.x5t) throw invalidProof("its signer is not the one whose certificate it names");
    if (certificate.publicKey.asymmetricKeyType !== "rsa") throw invalidProof("its signer has no RSA key");
    return certificate.publicKey;
  }
}

function headerOf(token: string): unknown {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
}
