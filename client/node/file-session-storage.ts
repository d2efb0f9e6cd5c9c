// Keeps a session in a file, for clients that are Node processes: tools, bots, servers of tests.
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type SessionStorage, type StoredSession, storedSessionIn } from "../platform/session-storage.ts";

/** A lock that is older than this was left by a process that ended: no refresh takes as long; ms. */
const LOCK_STALE_MS = 30_000;
/** How often a lock that another holds is tried; ms. */
const LOCK_POLL_MS = 20;

/**
 * Keeps the session in a file that only its owner may read. It is replaced whole: after a crash there is the old session or
 * the new one. Processes that share it refresh one at a time, by a lock file beside it.
 */
export class FileSessionStorage implements SessionStorage {
  readonly #path: string;
  #last: Promise<unknown> = Promise.resolve();

  /** `path` is the file; its folder is made when there is none. */
  constructor(path: string) {
    this.#path = path;
  }

  async load(): Promise<StoredSession | undefined> {
    const text = await readFile(this.#path, "utf8").catch(undefinedIfAbsent);
    return text === undefined ? undefined : storedSessionIn(text);
  }

  async save(session: StoredSession): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    const written = `${this.#path}.${randomUUID()}`;
    try {
      const file = await open(written, "wx", 0o600);
      try {
        await file.writeFile(JSON.stringify(session));
        // A name may reach the disk before what it names: first the text, then the rename.
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(written, this.#path);
    } catch (error) {
      await rm(written, { force: true });
      throw error;
    }
  }

  async clear(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#locked(work));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #locked<T>(work: () => Promise<T>): Promise<T> {
    const lock = `${this.#path}.lock`;
    await mkdir(dirname(this.#path), { recursive: true });
    while (!(await took(lock))) {
      const madeMs = (await stat(lock).catch(undefinedIfAbsent))?.mtimeMs;
      if (madeMs !== undefined && Date.now() - madeMs > LOCK_STALE_MS) await rm(lock, { force: true });
      else await pause(LOCK_POLL_MS);
    }
    try {
      return await work();
    } finally {
      await rm(lock, { force: true });
    }
  }
}

async function took(lock: string): Promise<boolean> {
  try {
    await (await open(lock, "wx", 0o600)).close();
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function undefinedIfAbsent(error: unknown): undefined {
  if (codeOf(error) !== "ENOENT") throw error;
  return undefined;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
