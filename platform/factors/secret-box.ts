// Seals secrets that must be read again, with a key that is not in the database (AES-256-GCM, NIST SP 800-38D).
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from "node:crypto";

/** Bytes of a key. */
export const BOX_KEY_BYTES = 32;

const VERSION = "v1";
const CIPHER = "aes-256-gcm";
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_LENGTH = 8;

/** A sealed text could not be opened: its key is not among those configured, or it was changed or moved. */
export class UnsealError extends Error {
  constructor(reason: string) {
    super(`A stored secret cannot be opened: ${reason}.`);
    this.name = "UnsealError";
  }
}

/**
 * Seals with the first key and opens with any: put a new key in front, and drop the old one when nothing is sealed with
 * it any more. `context` says what the secret belongs to; a sealed text put anywhere else does not open.
 */
export class SecretBox {
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #sealingId: string;

  /** Each key has `BOX_KEY_BYTES` bytes; there is at least one. */
  constructor(keys: readonly Uint8Array[]) {
    const named = keys.map((key) => {
      if (key.length !== BOX_KEY_BYTES) throw new RangeError(`A sealing key must have ${BOX_KEY_BYTES} bytes.`);
      return [keyIdOf(key), createSecretKey(key)] as const;
    });
    const first = named[0];
    if (first === undefined) throw new RangeError("A secret box needs at least one key.");
    this.#sealingId = first[0];
    this.#keys = new Map(named);
  }

  /** The sealed text: printable, and different each time. */
  seal(plain: string, context: readonly string[]): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#keys.get(this.#sealingId)!, iv);
    cipher.setAAD(contextBytes(context));
    const sealed = Buffer.concat([cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return [VERSION, this.#sealingId, iv.toString("base64url"), sealed.toString("base64url")].join(".");
  }

  /** The text that was sealed for the same `context`. Throws `UnsealError`. */
  open(sealed: string, context: readonly string[]): string {
    const [version, keyId = "", iv = "", body = ""] = sealed.split(".");
    if (version !== VERSION) throw new UnsealError("it has an unknown form");
    const key = this.#keys.get(keyId);
    if (key === undefined) throw new UnsealError(`the key ${keyId.slice(0, KEY_ID_LENGTH)} is not configured`);
    const bytes = Buffer.from(body, "base64url");
    try {
      const decipher = createDecipheriv(CIPHER, key, Buffer.from(iv, "base64url"), { authTagLength: TAG_BYTES });
      decipher.setAAD(contextBytes(context));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString("utf8");
    } catch {
      // What the cipher says of it (a tag, a length) would help nobody but who made it up.
      throw new UnsealError("it was changed, or belongs elsewhere");
    }
  }

  /** Whether it was sealed with the key that seals now. */
  isCurrent(sealed: string): boolean {
    return sealed.startsWith(`${VERSION}.${this.#sealingId}.`);
  }
}

/** Names a key without telling anything of it that helps. */
function keyIdOf(key: Uint8Array): string {
  return createHash("sha256").update("gamekeeper sealing key\0").update(key).digest("hex").slice(0, KEY_ID_LENGTH);
}

/** As JSON, so that ["a", "b"] and ["a,b"] are two contexts. */
function contextBytes(context: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(context), "utf8");
}
