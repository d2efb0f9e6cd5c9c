// Time-based one-time passwords (RFC 6238): secrets, the link an authenticator app reads, and the check of a code.
import { Secret, TOTP } from "otpauth";

/** How long one code is shown, in seconds. Authenticator apps agree on this, on SHA-1 and on six digits; on little else. */
export const TOTP_PERIOD_SECONDS = 30;

/** Digits of a code. */
export const TOTP_DIGITS = 6;

/** How many periods a player's clock may be early or late. */
export const TOTP_DRIFT_STEPS = 1;

/** Bytes of a secret: as many as SHA-1 gives, which RFC 4226 recommends (section 4, R6). */
const SECRET_BYTES = 20;

const ALGORITHM = "SHA1";
const CODE_PATTERN = /^\d{6}$/;

/** A new random secret, in base32 as apps take it (32 characters). */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** The `otpauth://` link to show as a QR code. `issuer` is the game's name and `label` the player's, as the app lists them. */
export function totpUri(secret: string, issuer: string, label: string): string {
  return totpOf(secret, issuer, label).toString();
}

/** The code for a moment, as an app would show it. */
export function totpCode(secret: string, nowMs: number): string {
  return totpOf(secret).generate({ timestamp: nowMs });
}

/**
 * The period (counted from 1970) that `code` belongs to, or undefined when it is none of now, the one before and the one
 * after. Whoever calls must refuse a period that was used already: a code is good once (RFC 6238, section 5.2).
 */
export function totpStepOf(secret: string, code: string, nowMs: number): number | undefined {
  if (!CODE_PATTERN.test(code)) return undefined;
  const now = Math.floor(nowMs / 1_000 / TOTP_PERIOD_SECONDS);
  const delta = totpOf(secret).validate({ token: code, timestamp: nowMs, window: TOTP_DRIFT_STEPS });
  return delta === null ? undefined : now + delta;
}

/** What a sealed secret belongs to: it opens for no other player, and in no other environment. */
export function totpSealContext(environmentId: string, playerId: string): string[] {
  return ["totp", environmentId, playerId];
}

function totpOf(secret: string, issuer = "", label = ""): TOTP {
  return new TOTP({
    secret: Secret.fromBase32(secret),
    issuer,
    label,
    algorithm: ALGORITHM,
    digits: TOTP_DIGITS,
    period: TOTP_PERIOD_SECONDS,
  });
}
