// The keys that sign and verify the tokens of each environment, kept fresh, and rotated without anybody noticing.
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { AppError } from "../../shared/schema/errors.ts";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { NotedKey, SigningKeyStore, StoredKey } from "./store.ts";

/** The signature of every token: ECDSA on P-256 with SHA-256 (RFC 7518, section 3.4). */
export const ALGORITHM = "ES256";

/** How long keys that were read are believed, in milliseconds: by then every process knows a new or a lost one. */
export const KEYS_FRESH_MS = 2_000;

/** How long others may keep the published keys, in seconds. */
export const JWKS_CACHE_SECONDS = 300;

/** How long a new key is published before it signs, in milliseconds: longer than anybody keeps the keys before it. */
export const PUBLISH_LEAD_MS = 2 * JWKS_CACHE_SECONDS * 1_000;

/** For how long a key still verifies after it has stopped to sign, in seconds: longer than any token lives. */
export const RETIRED_KEY_SECONDS = 1_200;

/** An environment's keys, ready for use. */
export interface Keys {
  readonly kid: string;
  readonly signing: CryptoKey;
  readonly verifying: ReadonlyMap<string, CryptoKey>;
  readonly published: readonly JWK[];
}

interface Held {
  readonly keys: Keys;
  readonly readAtMs: number;
}

/** The part of the store that this needs. */
export type SigningKeySource = Pick<SigningKeyStore, "all" | "addFirst" | "rotate" | "replaceAll">;

/** Keys by environment. Only for environments that exist: each gets a key when it is first asked for. */
export class SigningKeys {
  readonly #store: SigningKeySource;
  readonly #now: () => number;
  readonly #held = new Map<EnvironmentId, Held>();
  readonly #reading = new Map<EnvironmentId, Promise<Keys>>();

  /** `now` is the clock in milliseconds. */
  constructor(store: SigningKeySource, now: () => number = () => performance.now()) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * The environment's keys, at most `KEYS_FRESH_MS` old; older ones only while the database is away. Rejects with
   * `service.unavailable` when they were never read.
   */
  async of(environmentId: EnvironmentId): Promise<Keys> {
    const held = this.#held.get(environmentId);
    if (held !== undefined && this.#now() - held.readAtMs < KEYS_FRESH_MS) return held.keys;
    try {
      return await this.#read(environmentId);
    } catch (error) {
      const isAway = error instanceof AppError && error.code === "service.unavailable";
      if (held !== undefined && isAway) return held.keys;
      throw error;
    }
  }

  /** Every key of the environment, without its private part: what an operator may see. */
  async list(environmentId: EnvironmentId): Promise<Omit<StoredKey, "privateJwk">[]> {
    await this.of(environmentId);
    const stored = await this.#store.all(environmentId);
    return stored.map(({ privateJwk: _, ...shown }) => shown);
  }

  /**
   * Adds a key that signs from `PUBLISH_LEAD_MS` on; the old one verifies until no token of it can live. Throws
   * `key.rotating` when the last rotation has not come into effect yet. Returns the new key's id.
   */
  async rotate(environmentId: EnvironmentId, noted: NotedKey): Promise<string> {
    await this.of(environmentId);
    const { kid, privateJwk } = await makeKey();
    if (!(await this.#store.rotate(environmentId, kid, privateJwk, PUBLISH_LEAD_MS, noted))) {
      throw new AppError("key.rotating", "A new key was made moments ago and does not sign yet. Rotate again later.");
    }
    this.#held.delete(environmentId);
    return kid;
  }

  /**
   * Puts a new key in the place of all others, at once: every token that they signed is void. For a key that somebody
   * stole. Returns the new key's id.
   */
  async replaceAll(environmentId: EnvironmentId, noted: NotedKey): Promise<string> {
    const { kid, privateJwk } = await makeKey();
    await this.#store.replaceAll(environmentId, kid, privateJwk, noted);
    this.#held.delete(environmentId);
    return kid;
  }

  /** Reads once for all who wait. */
  #read(environmentId: EnvironmentId): Promise<Keys> {
    const underWay = this.#reading.get(environmentId);
    if (underWay !== undefined) return underWay;
    const reading = this.#load(environmentId).finally(() => this.#reading.delete(environmentId));
    this.#reading.set(environmentId, reading);
    return reading;
  }

  async #load(environmentId: EnvironmentId): Promise<Keys> {
    const readAtMs = this.#now();
    let stored = await this.#store.all(environmentId);
    if (signingOf(stored) === undefined) {
      const { kid, privateJwk } = await makeKey();
      await this.#store.addFirst(environmentId, kid, privateJwk);
      stored = await this.#store.all(environmentId);
    }
    const before = this.#held.get(environmentId)?.keys;
    const keys = isSame(before, stored) ? before : await imported(stored);
    this.#held.set(environmentId, { keys, readAtMs });
    return keys;
  }
}

async function imported(stored: readonly StoredKey[]): Promise<Keys> {
  const active = signingOf(stored);
  if (active === undefined) throw new Error("There is no signing key although one was just stored.");
  const published = stored.map(publicJwk);
  const verifying = published.map(async (jwk) => [jwk.kid ?? "", await importKey(jwk)] as const);
  return {
    kid: active.kid,
    signing: await importKey(active.privateJwk),
    verifying: new Map(await Promise.all(verifying)),
    published,
  };
}

function signingOf(stored: readonly StoredKey[]): StoredKey | undefined {
  return stored.find(({ state }) => state === "signing");
}

/** Importing takes longer than reading, and what is read every few seconds nearly always is the same. */
function isSame(keys: Keys | undefined, stored: readonly StoredKey[]): keys is Keys {
  if (keys === undefined || keys.kid !== signingOf(stored)?.kid || keys.published.length !== stored.length)
    return false;
  return stored.every(({ kid }) => keys.verifying.has(kid));
}

async function makeKey(): Promise<{ kid: string; privateJwk: JWK }> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const privateJwk = await exportJWK(privateKey);
  return { kid: await calculateJwkThumbprint(privateJwk), privateJwk };
}

/** Names the public members one by one: what is not named here cannot leak. */
function publicJwk({ kid, privateJwk: { kty, crv, x, y } }: StoredKey): JWK {
  return { kid, use: "sig", alg: ALGORITHM, kty, crv, x, y } as JWK;
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, ALGORITHM);
  if (key instanceof Uint8Array) throw new Error("A stored signing key is not an ES256 key.");
  return key;
}
