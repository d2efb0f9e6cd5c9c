// The two ceremonies of WebAuthn (W3C, level 2): what a browser is asked, and whether its answer is good. Keeps nothing.
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { decodeAttestationObject, isoBase64URL } from "@simplewebauthn/server/helpers";
import { AppError } from "../../shared/schema/errors.ts";

/** How long a browser may take for a ceremony, and how long its challenge is good for, in milliseconds. */
export const CEREMONY_MS = 300_000;

/** COSE numbers of what we verify: ES256, which every authenticator has, then EdDSA and RS256 (for Windows Hello). */
const ALGORITHMS = [-7, -8, -257];

/** Whom passkeys of an environment are made for: `id` is the domain, `origins` are the pages and apps that may use them. */
export interface RelyingParty {
  readonly id: string;
  readonly name: string;
  readonly origins: readonly string[];
}

/** What is kept of a passkey. `id` is the credential's, `publicKey` a COSE key; both in base64url. */
export interface PasskeyKey {
  readonly id: string;
  readonly publicKey: string;
  /** How often the authenticator says that it was used; 0 for ever where passkeys are synchronised. */
  readonly counter: number;
  readonly transports: readonly string[];
}

/** A passkey as it was made. */
export interface NewPasskey extends PasskeyKey {
  /** The model of the authenticator, as it says itself; all zeros where it does not. */
  readonly aaguid: string;
  /** Whether it lives on several devices. */
  readonly isSynced: boolean;
}

/** Who makes a passkey. `handle` is random and tells nobody who it is; in base64url. */
export interface PasskeyOwner {
  readonly handle: string;
  readonly name: string;
  readonly existing: readonly PasskeyKey[];
}

/** What to give to `navigator.credentials.create()`: a passkey that can be found without a name, and that checks its user. */
export function creationOptions(
  party: RelyingParty,
  owner: PasskeyOwner,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  return generateRegistrationOptions({
    rpID: party.id,
    rpName: party.name,
    userID: isoBase64URL.toBuffer(owner.handle),
    userName: owner.name,
    userDisplayName: owner.name,
    timeout: CEREMONY_MS,
    attestationType: "none",
    excludeCredentials: owner.existing.map(descriptorOf),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    supportedAlgorithmIDs: ALGORITHMS,
  });
}

/** What to give to `navigator.credentials.get()`: one of `allowed`, or any passkey of this party when none is named. */
export function requestOptions(
  party: RelyingParty,
  allowed: readonly PasskeyKey[] = [],
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return generateAuthenticationOptions({
    rpID: party.id,
    timeout: CEREMONY_MS,
    userVerification: "required",
    ...(allowed.length === 0 ? {} : { allowCredentials: allowed.map(descriptorOf) }),
  });
}

/** The passkey that a browser made for `challenge`. Throws `factor.wrong_passkey` for every answer that is not right. */
export async function checkCreation(
  party: RelyingParty,
  challenge: string,
  response: RegistrationResponseJSON,
): Promise<NewPasskey> {
  return judged(async () => {
    refuseForeignAttestation(response.response.attestationObject);
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: [...party.origins],
      expectedRPID: party.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (!verified) return undefined;
    const { credential, aaguid, credentialDeviceType } = registrationInfo;
    return {
      id: credential.id,
      publicKey: isoBase64URL.fromBuffer(credential.publicKey),
      counter: credential.counter,
      transports: credential.transports ?? [],
      aaguid,
      isSynced: credentialDeviceType === "multiDevice",
    };
  });
}

/** The new counter of a passkey that signed `challenge`. Throws `factor.wrong_passkey` for every answer that is not right. */
export async function checkRequest(
  party: RelyingParty,
  challenge: string,
  key: PasskeyKey,
  response: AuthenticationResponseJSON,
): Promise<number> {
  return judged(async () => {
    if (response.id !== key.id) return undefined;
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: [...party.origins],
      expectedRPID: party.id,
      requireUserVerification: true,
      credential: { id: key.id, publicKey: isoBase64URL.toBuffer(key.publicKey), counter: key.counter },
    });
    return verified ? authenticationInfo.newCounter : undefined;
  });
}

/**
 * We ask for no attestation, so a browser sends "none", or "packed" that the key signed itself. Whatever comes with
 * certificates is refused before it is looked at: checking a chain means fetching revocation lists from addresses that a
 * stranger chose.
 */
function refuseForeignAttestation(attestationObject: string): void {
  const attestation = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject));
  const format: string = attestation.get("fmt");
  if (format === "none") return;
  if (format !== "packed" || attestation.get("attStmt").get("x5c") !== undefined) {
    throw new Error(`The attestation ${format.slice(0, 32)} was not asked for.`);
  }
}

/** The library throws plain errors for wrong answers, and so do its parsers for nonsense: all of them are the caller's. */
async function judged<Result>(check: () => Promise<Result | undefined>): Promise<Result> {
  let cause: unknown;
  try {
    const result = await check();
    if (result !== undefined) return result;
  } catch (error) {
    cause = error;
  }
  throw new AppError(
    "factor.wrong_passkey",
    "The passkey's answer is not right for this challenge. Ask for new options and let the browser answer them.",
    { cause },
  );
}

function descriptorOf({ id, transports }: PasskeyKey): { id: string; transports?: string[] } {
  return transports.length === 0 ? { id } : { id, transports: [...transports] };
}
