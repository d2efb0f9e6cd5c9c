// Verifies a provider's JSON Web Token (RFC 7519), and turns its claims into an identity.
import { type CryptoKey, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify, type KeyObject } from "jose";
import { AppError } from "../../../shared/schema/errors.ts";
import { expiredProof, invalidProof } from "./refusals.ts";
import { MAX_SUBJECT_LENGTH, MAX_SUGGESTED_NAME_LENGTH, type VerifiedIdentity } from "./verifier.ts";

/** How far a provider's clock may be off, in seconds. */
export const CLOCK_TOLERANCE_SECONDS = 30;

/** Signatures that are taken where a configuration names none: asymmetric ones, so that no public key passes for a secret. */
export const DEFAULT_ALGORITHMS = ["RS256", "ES256"] as const;

const MAX_EMAIL_LENGTH = 254;

/** What a token must be to be taken. */
export interface TokenExpectations {
  readonly keys: JWTVerifyGetKey | CryptoKey | KeyObject | Uint8Array;
  readonly algorithms: readonly string[];
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  readonly nowMs: number;
  /** Oldest that it may be since it was issued (`iat`, or else `nbf`), however long it says that it is good for. */
  readonly maxAgeSeconds: number;
}

/** A verified token. */
export interface VerifiedToken {
  readonly claims: JWTPayload;
  /** The same for every spelling of this token, for `UsedProofs`: signatures can be respelled, what they sign cannot. */
  readonly unique: string;
  /** Until it would be refused for its age, in milliseconds from now. */
  readonly leftMs: number;
}

/** Checks signature, issuer, audience and times. Throws `proof.expired` or `proof.invalid`, and what `keys` throws. */
export async function verifyToken(token: string, expected: TokenExpectations): Promise<VerifiedToken> {
  const { claims, type } = await checked(token, expected);
  // An access token (at+jwt, RFC 9068) of the same issuer is in the hands of others, and no proof.
  if (type !== undefined && !/^(application\/)?jwt$/i.test(type))
    throw invalidProof("it is a token for something else");
  const { aud, azp, exp } = claims;
  // With several audiences the token was made for somebody else too; the authorized party says for whom (OIDC Core 1.0, 3.1.3.7).
  if (Array.isArray(aud) && aud.length > 1 && !expected.audiences.includes(String(azp))) {
    throw invalidProof("it is for several audiences, and was not issued to this game");
  }
  const issuedAt = claims.iat ?? claims.nbf;
  if (issuedAt === undefined || exp === undefined) throw invalidProof("it does not say when it was issued and expires");
  const now = expected.nowMs / 1_000;
  if (issuedAt > now + CLOCK_TOLERANCE_SECONDS) throw expiredProof("it is not good yet");
  const endsAt = Math.min(exp, issuedAt + expected.maxAgeSeconds) + CLOCK_TOLERANCE_SECONDS;
  if (endsAt <= now) throw expiredProof(`it was issued more than ${expected.maxAgeSeconds} seconds ago`);
  return { claims, unique: token.slice(0, token.lastIndexOf(".")), leftMs: (endsAt - now) * 1_000 };
}

async function checked(
  token: string,
  expected: TokenExpectations,
): Promise<{ claims: JWTPayload; type: string | undefined }> {
  const options = {
    algorithms: [...expected.algorithms],
    issuer: [...expected.issuers],
    audience: [...expected.audiences],
    currentDate: new Date(expected.nowMs),
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ["iss", "aud", "exp"],
  };
  const { keys } = expected;
  try {
    const { payload, protectedHeader } =
      typeof keys === "function" ? await jwtVerify(token, keys, options) : await jwtVerify(token, keys, options);
    return { claims: payload, type: protectedHeader.typ };
  } catch (error) {
    throw tokenError(error);
  }
}

function tokenError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (error instanceof errors.JWTExpired) return expiredProof("its time is over", error);
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "nbf" && error.reason === "check_failed") return expiredProof("it is not good yet", error);
    // The claim's name is out of our own list above.
    return invalidProof(`its claim "${error.claim}" is not the expected one`, error);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return invalidProof("its signature is not right", error);
  // Whatever else the library or the system's cryptography says of it, a stranger made it.
  if (error instanceof errors.JOSEError || error instanceof TypeError) {
    return invalidProof("it is not a token that is taken here", error);
  }
  return error;
}

/** The identity of `subject`, with what the claims of OpenID Connect Core 1.0, section 5.1, tell. Throws `proof.invalid` without a subject. */
export function identityOf(provider: string, claims: JWTPayload, subject: unknown): VerifiedIdentity {
  const { email, email_verified: isVerified } = claims;
  const displayName = suggestedName(claims["name"] ?? claims["preferred_username"] ?? claims["nickname"]);
  return {
    provider,
    subject: subjectOf(subject),
    // Apple says "true" where others say true.
    ...(isEmail(email) ? { email, isEmailVerified: isVerified === true || isVerified === "true" } : {}),
    ...(displayName === undefined ? {} : { displayName }),
  };
}

/** A provider's name for a person, as text. Throws `proof.invalid` for what cannot be one. */
export function subjectOf(value: unknown): string {
  const subject = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof subject !== "string" || subject === "" || subject.length > MAX_SUBJECT_LENGTH) {
    throw invalidProof(`it names nobody: a subject has 1 to ${MAX_SUBJECT_LENGTH} characters`);
  }
  return subject;
}

/** What a provider calls somebody, fit to be suggested, or undefined. */
export function suggestedName(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const name = value
    .slice(0, 1_024)
    .replace(/[\p{C}\p{Z}]+/gu, " ")
    .trim();
  // Cut between code points, so that no half of a character stays.
  return name === "" ? undefined : [...name].slice(0, MAX_SUGGESTED_NAME_LENGTH / 2).join("");
}

function isEmail(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_EMAIL_LENGTH && /^[^\s@]+@[^\s@]+$/.test(value);
}
