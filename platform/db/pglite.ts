// The local database: PGlite in a worker thread, its files in a folder that one process at a time may hold.
import { on, once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import postgres from "postgres";
import type { Log } from "../ops/log.ts";
import { FolderLock } from "./folder-lock.ts";
import { type Engine, SqlDatabase } from "./sql-database.ts";

/** Longest path of a Unix socket, in bytes (`sun_path` in unix(7) has 108, macOS 104). */
const MAX_SOCKET_PATH_BYTES = 100;

/** Longest to wait for the worker to close the database; ended earlier, PGlite recovers from its log at the next start. */
const STOP_DEADLINE_MS = 10_000;

/** The worker's messages are short-lived: left to grow, their space took 100 MB more under load, for no speed. */
const WORKER_YOUNG_GENERATION_MB = 16;

/** What the worker says when its socket is there. */
const LISTENING = "listening";

/** The name that Postgres' own clients look for in a socket's folder. */
const SOCKET_NAME = ".s.PGSQL.5432";

/**
 * Opens the database under `dataDir`/postgres. Rejects with `FolderLockedError` when another process holds the folder;
 * otherwise returns at once, and starting and migrating go on in the background.
 */
export async function openPglite(dataDir: string, log: Log, deadlineMs?: number): Promise<SqlDatabase> {
  return new SqlDatabase(await openPgliteEngine(dataDir, log), log, deadlineMs).start();
}

/** Takes the folder and gives the engine, for tools that need a client of their own. Rejects as `openPglite` does. */
export async function openPgliteEngine(dataDir: string, log: Log): Promise<Engine> {
  return new PgliteEngine(dataDir, await FolderLock.take(dataDir), log);
}

/** Runs PGlite in a worker, behind a socket that only this user can open. */
class PgliteEngine implements Engine {
  readonly name = "PGlite";
  readonly #dataDir: string;
  readonly #lock: FolderLock;
  readonly #log: Log;
  #worker: Worker | undefined;
  #runDir: string | undefined;

  constructor(dataDir: string, lock: FolderLock, log: Log) {
    this.#dataDir = resolve(dataDir);
    this.#lock = lock;
    this.#log = log;
  }

  async connect(onLost: () => void): Promise<postgres.Sql> {
    await this.#endWorker();
    const socketPath = await this.#socketPath();
    const folder = join(this.#dataDir, "postgres");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    this.#worker = await startWorker(folder, socketPath, this.#log);
    // PGlite is one session: a second connection would wait for ever behind an open transaction.
    return postgres({
      path: socketPath,
      user: "postgres",
      database: "postgres",
      max: 1,
      fetch_types: false,
      onclose: onLost,
      onnotice: () => {},
    });
  }

  async stop(): Promise<void> {
    await this.#endWorker();
    if (this.#runDir !== undefined) await rm(this.#runDir, { recursive: true, force: true });
    await this.#lock.release();
  }

  async #endWorker(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker === undefined || worker.threadId === -1) return;
    const exited = once(worker, "exit");
    worker.postMessage("stop");
    const deadline = setTimeout(() => {
      this.#log.warn({ event: "database.worker_stuck", waitedMs: STOP_DEADLINE_MS });
      void worker.terminate();
    }, STOP_DEADLINE_MS);
    await exited;
    clearTimeout(deadline);
  }

  async #socketPath(): Promise<string> {
    if (this.#runDir === undefined) {
      const beside = join(this.#dataDir, "run");
      const fits = Buffer.byteLength(join(beside, SOCKET_NAME)) <= MAX_SOCKET_PATH_BYTES;
      if (fits) await mkdir(beside, { recursive: true, mode: 0o700 });
      this.#runDir = fits ? beside : await mkdtemp(join(tmpdir(), "gamekeeper-"));
    }
    const path = join(this.#runDir, SOCKET_NAME);
    await rm(path, { force: true });
    return path;
  }
}

/** Resolves once the worker answers on its socket. If it dies later, its connections close, and the database starts another. */
async function startWorker(folder: string, socketPath: string, log: Log): Promise<Worker> {
  const worker = new Worker(new URL("./pglite-worker.ts", import.meta.url), {
    workerData: { folder, socketPath },
    resourceLimits: { maxYoungGenerationSizeMb: WORKER_YOUNG_GENERATION_MB },
  });
  worker.on("error", (error) => log.error({ event: "database.worker_failed", err: error }));
  const failed = new AbortController();
  try {
    await Promise.race([
      untilListening(worker, failed.signal),
      once(worker, "exit", { signal: failed.signal }).then(() => Promise.reject(new Error("The PGlite worker ended."))),
    ]);
    return worker;
  } catch (error) {
    await worker.terminate();
    throw error;
  } finally {
    failed.abort();
  }
}

/** Under `node --watch`, Node's own messages about imports come through the same channel: ours is one word. */
async function untilListening(worker: Worker, signal: AbortSignal): Promise<void> {
  for await (const [message] of on(worker, "message", { signal })) if (message === LISTENING) return;
}
