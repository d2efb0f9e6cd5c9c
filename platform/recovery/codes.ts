// Codes that go by mail: how they look, how they are compared, and what each is for.
import { createHmac, hkdfSync, randomInt, timingSafeEqual } from "node:crypto";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";

/** Letters and digits of a code: no two that look alike (Crockford's base 32). */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Characters of a code, without the hyphen it is shown with: 40 bits. */
export const CODE_LENGTH = 8;

/** How often a code may be guessed. With 40 bits, five guesses at a code succeed once in 200 thousand million times. */
export const CODE_ATTEMPTS = 5;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How long the code of each purpose is good for, in milliseconds. */
export const CODE_LIFE_MS = {
  "sign-in": 10 * MINUTE_MS,
  "step-up": 10 * MINUTE_MS,
  "reset-password": 20 * MINUTE_MS,
  "change-email": 30 * MINUTE_MS,
  "undo-email-change": 7 * DAY_MS,
} as const;

/** What a code is for. One purpose's code is worth nothing for another. */
export type CodePurpose = keyof typeof CODE_LIFE_MS;

/** A new random code, as it is shown: `K7QF-2M9P`. */
export function newCode(): string {
  const letters = Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return `${letters.slice(0, CODE_LENGTH / 2)}-${letters.slice(CODE_LENGTH / 2)}`;
}

/** What somebody typed, as we keep it: in capitals, without hyphens and spaces, and with look-alikes put right. */
export function normalizedCode(typed: string): string {
  return typed.replace(/[\s-]/g, "").toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1");
}

/** The key that codes are hashed with, made of a secret of the configuration. Codes do not outlive a change of it. */
export function codeKeyOf(secret: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", "gamekeeper mail codes", 32));
}

/** What is kept of a code, in hex. Without the key nobody can try codes against it; it fits no other code's row. */
export function codeHash(key: Buffer, environmentId: EnvironmentId, codeId: string, code: string): string {
  return createHmac("sha256", key)
    .update(`${environmentId}\0${codeId}\0${normalizedCode(code)}`)
    .digest("hex");
}

/** Whether two hashes are the same, in a time that does not tell; with undefined never, in the same time. */
export function isSameHash(actual: string, expected: string | undefined): boolean {
  const other = expected ?? "0".repeat(actual.length);
  const isSame = other.length === actual.length && timingSafeEqual(Buffer.from(actual), Buffer.from(other));
  return isSame && expected !== undefined;
}
