// How a key is written: `gk_<kind>_<id>_<secret>`, so that it is found by its id, and recognized wherever it leaks.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 random bits: nobody guesses them, so a fast hash is enough to keep them. */
const SECRET_BYTES = 32;

const KEY_PATTERN = /^gk_(operator|server)_([0-9a-f]{32})_[A-Za-z0-9_-]{43}$/;

/** What a key says of itself; only its hash proves it. */
export interface KeyText {
  readonly kind: "operator" | "server";
  readonly id: string;
  readonly hash: string;
}

/** A new secret for the key with this id (a UUID): the whole text, shown once, and the hash that is kept. */
export function newKeyText(kind: KeyText["kind"], id: string): { secret: string; hash: string } {
  const secret = `gk_${kind}_${id.replaceAll("-", "")}_${randomBytes(SECRET_BYTES).toString("base64url")}`;
  return { secret, hash: hashOf(secret) };
}

/** Reads a credential; undefined when it has not the form of a key. */
export function readKeyText(credential: string): KeyText | undefined {
  const [, kind, hex] = KEY_PATTERN.exec(credential) ?? [];
  if ((kind !== "operator" && kind !== "server") || hex === undefined) return undefined;
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return { kind, id, hash: hashOf(credential) };
}

/** Compares two hashes in a time that says nothing of them. */
export function isSameHash(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one, "hex"), Buffer.from(other, "hex")];
  return a.length === b.length && timingSafeEqual(a, b);
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
