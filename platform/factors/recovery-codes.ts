// Recovery codes: a way in when the phone is gone. Shown once, kept as hashes, each good once.
import { createHash, randomBytes } from "node:crypto";

/** How many codes a player has at a time. */
export const RECOVERY_CODE_COUNT = 10;

/** Longest text that is looked at as a recovery code, in characters. */
export const MAX_RECOVERY_CODE_LENGTH = 64;

/** Crockford's base32: no I, L, O or U, so that nothing is read as something else. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** 16 characters are 80 random bits: too many to try, even against the hashes. So a plain hash will do. */
const CODE_LENGTH = 16;

const GROUP_LENGTH = 4;
const NORMAL_PATTERN = new RegExp(`^[${ALPHABET}]{${CODE_LENGTH}}$`);

/** A new set of codes, such as `7K2M-90QX-V3TB-D5HN`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODE_COUNT }, () => {
    // 256 is a multiple of 32, so that the remainder favours no character.
    const characters = [...randomBytes(CODE_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
    return characters.match(new RegExp(`.{${GROUP_LENGTH}}`, "g"))!.join("-");
  });
}

/** The SHA-256 of a code as somebody typed it, in hex; undefined when it cannot be one. Case, spaces and dashes do not matter. */
export function recoveryCodeHash(typed: string): string | undefined {
  if (typed.length > MAX_RECOVERY_CODE_LENGTH) return undefined;
  const normal = typed.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  return NORMAL_PATTERN.test(normal) ? createHash("sha256").update(normal).digest("hex") : undefined;
}
