// Where a client keeps its session between two starts: a port, with adapters for memory and for a browser. Node's is in client/node.
import { z } from "zod";

/** What is kept. Times are milliseconds since 1970, by the client's clock. */
export const StoredSession = z.object({
  /** The platform and environment that the tokens are for. They are never shown to another. */
  realm: z.string(),
  playerId: z.string(),
  sessionId: z.string(),
  accessToken: z.string(),
  accessExpiresMs: z.number(),
  refreshToken: z.string(),
  refreshExpiresMs: z.number(),
});
export type StoredSession = z.infer<typeof StoredSession>;

/**
 * Keeps one session. A rotated refresh token must be kept before it is used: `save` resolves when it would survive a crash.
 * Whoever can read the storage is the player, until the session ends.
 */
export interface SessionStorage {
  load(): Promise<StoredSession | undefined>;
  save(session: StoredSession): Promise<void>;
  clear(): Promise<void>;
  /** Runs `work` while no other tab or process that shares the storage runs its own. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

/** The session that `text` holds, if it does: it may be somebody else's, or an older version's. Signing in replaces it. */
export function storedSessionIn(text: string): StoredSession | undefined {
  try {
    return StoredSession.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Forgets everything when the process or page ends. */
export class MemorySessionStorage implements SessionStorage {
  #session: StoredSession | undefined;

  async load(): Promise<StoredSession | undefined> {
    return this.#session;
  }

  async save(session: StoredSession): Promise<void> {
    this.#session = session;
  }

  async clear(): Promise<void> {
    this.#session = undefined;
  }

  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }
}

/** The parts of a browser that are used. Without locks, two tabs may refresh at once; the platform's grace covers that. */
export interface BrowserParts {
  readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  readonly locks?: Pick<LockManager, "request"> | undefined;
}

/** Keeps the session in a browser's storage under `key`: one session for all tabs with `localStorage`. */
export class BrowserSessionStorage implements SessionStorage {
  readonly #key: string;
  readonly #parts: BrowserParts;

  /** Throws where the browser forbids storage: choose `MemorySessionStorage` then. */
  constructor(key: string, parts: BrowserParts = { storage: localStorage, locks: navigator.locks }) {
    this.#key = key;
    this.#parts = parts;
  }

  async load(): Promise<StoredSession | undefined> {
    const kept = this.#parts.storage.getItem(this.#key);
    return kept === null ? undefined : storedSessionIn(kept);
  }

  async save(session: StoredSession): Promise<void> {
    this.#parts.storage.setItem(this.#key, JSON.stringify(session));
  }

  async clear(): Promise<void> {
    this.#parts.storage.removeItem(this.#key);
  }

  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    const { locks } = this.#parts;
    return locks ? ((await locks.request(this.#key, work)) as T) : work();
  }
}
