// A passkey authenticator in software, for tests (WebAuthn level 2): honest, or wrong in one way that is asked for.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";
import { encodeCbor } from "./cbor.ts";

/** The algorithms it can sign with, by their COSE names (RFC 9053). */
export type PasskeyAlgorithm = "ES256" | "EdDSA" | "RS256";

/** One way in which an answer is made wrong. */
export interface Misdeeds {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly type?: string;
  readonly isUserAbsent?: boolean;
  readonly isUserUnverified?: boolean;
  readonly hasBrokenSignature?: boolean;
  /** The counter to report, in place of the next one. */
  readonly counter?: number;
  /** The attestation format and statement to give, in place of "none". */
  readonly attestation?: { readonly format: string; readonly statement: Map<string, unknown> };
  readonly userHandle?: string;
}

interface Credential {
  readonly id: Buffer;
  readonly rpId: string;
  readonly userHandle: string;
  readonly algorithm: PasskeyAlgorithm;
  readonly privateKey: KeyObject;
  readonly coseKey: Map<number, unknown>;
  counter: number;
}

const FLAGS = { userPresent: 0x01, userVerified: 0x04, backupEligible: 0x08, backedUp: 0x10, attested: 0x40 } as const;

const COSE_ALGORITHMS: Readonly<Record<PasskeyAlgorithm, number>> = { ES256: -7, EdDSA: -8, RS256: -257 };

/** Makes and uses passkeys for one browser at one `origin`. `isSynced` is what a platform's own passkeys are: no counter. */
export class SoftwareAuthenticator {
  readonly #origin: string;
  readonly #algorithm: PasskeyAlgorithm;
  readonly #isSynced: boolean;
  readonly #credentials: Credential[] = [];

  constructor(origin: string, options: { algorithm?: PasskeyAlgorithm; isSynced?: boolean } = {}) {
    this.#origin = origin;
    this.#algorithm = options.algorithm ?? "ES256";
    this.#isSynced = options.isSynced ?? false;
  }

  /** What `navigator.credentials.create()` answers. Throws when it holds an excluded credential, as the real one does. */
  create(options: PublicKeyCredentialCreationOptionsJSON, misdeeds: Misdeeds = {}): RegistrationResponseJSON {
    const excluded = new Set((options.excludeCredentials ?? []).map(({ id }) => id));
    if (this.#credentials.some(({ id }) => excluded.has(id.toString("base64url"))))
      throw new Error("InvalidStateError");
    const credential = newCredential(this.#algorithm, options.rp.id ?? "", options.user.id);
    this.#credentials.push(credential);
    const attested = Buffer.concat([
      Buffer.alloc(16),
      Buffer.from([credential.id.length >> 8, credential.id.length & 255]),
      credential.id,
      encodeCbor(credential.coseKey),
    ]);
    const authData = this.#authData(credential, misdeeds, attested);
    const { format = "none", statement = new Map() } = misdeeds.attestation ?? {};
    const attestationObject = encodeCbor(
      new Map<string, unknown>([
        ["fmt", format],
        ["attStmt", statement],
        ["authData", authData],
      ]),
    );
    const id = credential.id.toString("base64url");
    return {
      id,
      rawId: id,
      type: "public-key",
      clientExtensionResults: {},
      authenticatorAttachment: "platform",
      response: {
        clientDataJSON: this.#clientData("webauthn.create", options.challenge, misdeeds).toString("base64url"),
        attestationObject: attestationObject.toString("base64url"),
        transports: ["internal"],
      },
    };
  }

  /** What `navigator.credentials.get()` answers. Throws when it has no credential that fits, as the real one does. */
  get(options: PublicKeyCredentialRequestOptionsJSON, misdeeds: Misdeeds = {}): AuthenticationResponseJSON {
    const allowed = options.allowCredentials?.map(({ id }) => id) ?? [];
    const credential = this.#credentials.findLast(
      ({ id, rpId }) => rpId === options.rpId && (allowed.length === 0 || allowed.includes(id.toString("base64url"))),
    );
    if (credential === undefined) throw new Error("NotAllowedError");
    const authData = this.#authData(credential, misdeeds);
    const clientData = this.#clientData("webauthn.get", options.challenge, misdeeds);
    const signature = signatureOf(credential, Buffer.concat([authData, sha256(clientData)]));
    if (misdeeds.hasBrokenSignature === true) signature[signature.length - 1]! ^= 1;
    const id = credential.id.toString("base64url");
    return {
      id,
      rawId: id,
      type: "public-key",
      clientExtensionResults: {},
      authenticatorAttachment: "platform",
      response: {
        clientDataJSON: clientData.toString("base64url"),
        authenticatorData: authData.toString("base64url"),
        signature: signature.toString("base64url"),
        userHandle: misdeeds.userHandle ?? credential.userHandle,
      },
    };
  }

  #authData(credential: Credential, misdeeds: Misdeeds, attested?: Buffer): Buffer {
    if (!this.#isSynced) credential.counter += 1;
    const flags =
      (misdeeds.isUserAbsent === true ? 0 : FLAGS.userPresent) |
      (misdeeds.isUserUnverified === true ? 0 : FLAGS.userVerified) |
      (this.#isSynced ? FLAGS.backupEligible | FLAGS.backedUp : 0) |
      (attested === undefined ? 0 : FLAGS.attested);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(misdeeds.counter ?? credential.counter);
    const rpIdHash = sha256(Buffer.from(misdeeds.rpId ?? credential.rpId));
    return Buffer.concat([rpIdHash, Buffer.from([flags]), counter, attested ?? Buffer.alloc(0)]);
  }

  #clientData(type: string, challenge: string, misdeeds: Misdeeds): Buffer {
    const data = {
      type: misdeeds.type ?? type,
      challenge: misdeeds.challenge ?? challenge,
      origin: misdeeds.origin ?? this.#origin,
      crossOrigin: false,
    };
    return Buffer.from(JSON.stringify(data));
  }
}

function newCredential(algorithm: PasskeyAlgorithm, rpId: string, userHandle: string): Credential {
  const { privateKey, publicKey } = newKeyPair(algorithm);
  const jwk = publicKey.export({ format: "jwk" });
  const bytes = (value: string | undefined) => Buffer.from(value ?? "", "base64url");
  const alg = COSE_ALGORITHMS[algorithm];
  // Labels of RFC 9052, section 7, and RFC 9053: 1 is the type of key, 3 the algorithm, the negative ones its parameters.
  const coseKey = {
    ES256: () =>
      new Map<number, unknown>([
        [1, 2],
        [3, alg],
        [-1, 1],
        [-2, bytes(jwk.x)],
        [-3, bytes(jwk.y)],
      ]),
    EdDSA: () =>
      new Map<number, unknown>([
        [1, 1],
        [3, alg],
        [-1, 6],
        [-2, bytes(jwk.x)],
      ]),
    RS256: () =>
      new Map<number, unknown>([
        [1, 3],
        [3, alg],
        [-1, bytes(jwk.n)],
        [-2, bytes(jwk.e)],
      ]),
  }[algorithm]();
  return { id: randomBytes(32), rpId, userHandle, algorithm, privateKey, coseKey, counter: 0 };
}

function newKeyPair(algorithm: PasskeyAlgorithm): { privateKey: KeyObject; publicKey: KeyObject } {
  if (algorithm === "ES256") return generateKeyPairSync("ec", { namedCurve: "P-256" });
  if (algorithm === "EdDSA") return generateKeyPairSync("ed25519");
  return generateKeyPairSync("rsa", { modulusLength: 2_048 });
}

function signatureOf({ algorithm, privateKey }: Credential, bytes: Buffer): Buffer {
  return sign(algorithm === "EdDSA" ? null : "sha256", bytes, privateKey);
}

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
