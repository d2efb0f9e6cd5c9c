// Keys of operators and game servers: made, shown once, checked, rotated with overlap and revoked.
import { AppError } from "../../shared/schema/errors.ts";
import type { ApiKey, ApiKeySecret, CreateApiKeyRequest, EnvironmentId } from "../../shared/schema/platform/index.ts";
import { uuidV7 } from "../accounts/uuid-v7.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import {
  type Actor,
  covers,
  type OperatorCredential,
  type Power,
  type ServerCredential,
} from "../environments/credential.ts";
import { isSameHash, newKeyText, readKeyText } from "./key-text.ts";
import type { ApiKeyStore, Noted, StoredApiKey } from "./store.ts";

/** Most keys of an environment that were not revoked. */
export const MAX_API_KEYS = 200;

/** How long a key that was read is believed, in milliseconds. What this process revokes, it forgets at once. */
export const KEY_FRESH_MS = 1_000;

/** How long a key goes on while the database is away, in milliseconds: meanwhile nobody can revoke it either. */
export const KEY_STALE_MS = 300_000;

/** Keys that are remembered at most; only keys that exist are. */
const MAX_REMEMBERED = 1_000;

const DAY_MS = 86_400_000;

/** Who makes or changes a key: what they may do at most, and who they are. */
export interface KeyMaker {
  readonly power: Power;
  readonly actor: Actor;
}

/** Makes and checks keys. */
export class ApiKeyService {
  readonly #store: ApiKeyStore;
  readonly #audit: AuditLog;
  readonly #now: () => number;
  readonly #remembered = new Map<string, { readonly key: StoredApiKey; readonly readAtMs: number }>();

  /** `now` is the clock in milliseconds since 1970. */
  constructor(store: ApiKeyStore, audit: AuditLog, now: () => number = Date.now) {
    this.#store = store;
    this.#audit = audit;
    this.#now = now;
  }

  /**
   * Whose key this is; undefined when it has not the form of a key. Throws `auth.invalid` for one that is wrong, revoked
   * or over, all alike.
   */
  async authenticate(credential: string): Promise<OperatorCredential | ServerCredential | undefined> {
    const text = readKeyText(credential);
    if (text === undefined) return undefined;
    const key = await this.#find(text.id);
    if (key === undefined || key.kind !== text.kind || !this.#isGood(key, text.hash)) {
      throw new AppError("auth.invalid", "This key is not good: it was revoked, is over, or never was.");
    }
    const { environmentId, id: keyId, reach, scopes } = key;
    return key.kind === "server"
      ? { kind: "server", environmentId, keyId }
      : { kind: "operator", environmentId, keyId, reach, scopes };
  }

  /** The environment's keys, without their secrets. */
  async list(environmentId: EnvironmentId): Promise<ApiKey[]> {
    return (await this.#store.all(environmentId)).map((key) => this.#shown(key));
  }

  /** Makes a key. Throws `auth.forbidden` for one that could do more than its maker, and `key.too_many`. */
  async create(environmentId: EnvironmentId, wanted: CreateApiKeyRequest, maker: KeyMaker): Promise<ApiKeySecret> {
    const { kind, name, expiresInDays } = wanted;
    const power =
      wanted.kind === "operator"
        ? { reach: wanted.reach, scopes: wanted.scopes }
        : ({ reach: "environment", scopes: [] } as const);
    checkPower(maker, { environmentId, ...power });
    const id = uuidV7();
    const { secret, hash } = newKeyText(kind, id);
    const expiresAt = expiresInDays === undefined ? null : new Date(this.#now() + expiresInDays * DAY_MS);
    const row = { environmentId, id, kind, name, ...power, secretHash: hash, expiresAt };
    const noted = this.#noted(environmentId, maker, "api_key.created", id, {
      after: { kind, name, ...power, expiresAt },
    });
    const key = await this.#store.add(row, MAX_API_KEYS, noted);
    if (key !== undefined) return { apiKey: this.#shown(key), secret };
    throw new AppError(
      "key.too_many",
      `An environment has at most ${MAX_API_KEYS} keys. Revoke those that nobody uses.`,
    );
  }

  /**
   * Gives a key a new secret; the old one goes on for `overlapSeconds`. Throws `key.not_found`, `auth.forbidden` for a key
   * that can do more than who rotates it, and `key.rotating` while an older secret is still good.
   */
  async rotate(
    environmentId: EnvironmentId,
    id: string,
    overlapSeconds: number,
    maker: KeyMaker,
  ): Promise<ApiKeySecret> {
    const key = await this.#own(environmentId, id, maker);
    const now = this.#now();
    // A third secret would cut off whoever still has the first, unless that is what is wanted.
    if (overlapSeconds > 0 && key.oldSecretUntil !== null && key.oldSecretUntil.getTime() > now) {
      throw new AppError("key.rotating", "The secret before is still good. Wait until it is over, or use no overlap.");
    }
    const { secret, hash } = newKeyText(key.kind, id);
    const until = new Date(now + overlapSeconds * 1_000);
    const noted = this.#noted(environmentId, maker, "api_key.rotated", id, { after: { oldSecretUntil: until } });
    const changed = await this.#store.rotate(key, hash, new Date(now), until, noted);
    this.#remembered.delete(id);
    if (changed === undefined) throw new AppError("key.rotating", "Somebody else rotated or revoked the key just now.");
    return { apiKey: this.#shown(changed), secret };
  }

  /** Ends a key: here at once, in other processes of the platform within `KEY_FRESH_MS`. Throws as `rotate` does. */
  async revoke(environmentId: EnvironmentId, id: string, maker: KeyMaker): Promise<void> {
    const key = await this.#own(environmentId, id, maker);
    const noted = this.#noted(environmentId, maker, "api_key.revoked", id, {
      before: { kind: key.kind, name: key.name },
    });
    const isRevoked = await this.#store.revoke(key, new Date(this.#now()), noted);
    this.#remembered.delete(id);
    if (!isRevoked) throw notFound();
  }

  async #own(environmentId: EnvironmentId, id: string, maker: KeyMaker): Promise<StoredApiKey> {
    const key = await this.#store.findAnywhere(id);
    if (key === undefined || key.environmentId !== environmentId) throw notFound();
    checkPower(maker, key);
    return key;
  }

  async #find(id: string): Promise<StoredApiKey | undefined> {
    const remembered = this.#remembered.get(id);
    const ageMs = remembered === undefined ? Number.POSITIVE_INFINITY : this.#now() - remembered.readAtMs;
    if (remembered !== undefined && ageMs < KEY_FRESH_MS) return remembered.key;
    const readAtMs = this.#now();
    try {
      const key = await this.#store.findAnywhere(id);
      this.#remembered.delete(id);
      if (key !== undefined) this.#remember(key, readAtMs);
      return key;
    } catch (error) {
      const isAway = error instanceof AppError && error.code === "service.unavailable";
      if (isAway && remembered !== undefined && ageMs < KEY_STALE_MS) return remembered.key;
      throw error;
    }
  }

  #remember(key: StoredApiKey, readAtMs: number): void {
    if (this.#remembered.size >= MAX_REMEMBERED) {
      for (const oldest of this.#remembered.keys()) {
        this.#remembered.delete(oldest);
        break;
      }
    }
    this.#remembered.set(key.id, { key, readAtMs });
  }

  #isGood({ secretHash, oldSecretHash, oldSecretUntil, expiresAt }: StoredApiKey, hash: string): boolean {
    const now = this.#now();
    if (expiresAt !== null && expiresAt.getTime() <= now) return false;
    if (isSameHash(secretHash, hash)) return true;
    if (oldSecretHash === null || oldSecretUntil === null || oldSecretUntil.getTime() <= now) return false;
    return isSameHash(oldSecretHash, hash);
  }

  #noted(
    environmentId: EnvironmentId,
    { actor }: KeyMaker,
    action: string,
    id: string,
    change: { before?: unknown; after?: unknown },
  ): Noted {
    return (tx) => this.#audit.record({ environmentId, actor, action, subject: `api_key/${id}`, ...change }, tx);
  }

  #shown(key: StoredApiKey): ApiKey {
    const { id, kind, name, reach, scopes, createdAt, rotatedAt, expiresAt, oldSecretUntil } = key;
    const isOver = oldSecretUntil === null || oldSecretUntil.getTime() <= this.#now();
    return {
      id,
      kind,
      name,
      reach,
      scopes: [...scopes],
      createdAt: createdAt.toISOString(),
      rotatedAt: rotatedAt?.toISOString() ?? null,
      expiresAt: expiresAt?.toISOString() ?? null,
      oldSecretUntil: isOver ? null : oldSecretUntil.toISOString(),
    };
  }
}

function checkPower({ power }: KeyMaker, wanted: Power): void {
  if (covers(power, wanted)) return;
  throw new AppError("auth.forbidden", "That key can do more than yours: it has scopes or a reach that yours lacks.");
}

function notFound(): AppError {
  return new AppError("key.not_found", "This environment has no such key, or it was revoked.");
}
