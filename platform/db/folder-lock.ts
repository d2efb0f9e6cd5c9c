// A lock on a folder: one process at a time, taken over from a process that died without giving it back.
import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

/** Name of the lock file inside the locked folder. */
const LOCK_FILE = "platform.lock";

/** Most times to race other starting processes for a stale lock before giving up. */
const MAX_ATTEMPTS = 20;

/** Another living process holds the folder. `pid` is which. */
export class FolderLockedError extends Error {
  readonly pid: number;

  constructor(folder: string, pid: number) {
    super(
      `The data folder ${folder} is in use by process ${pid}. Stop that process, or set DATA_DIR to another folder.`,
    );
    this.name = "FolderLockedError";
    this.pid = pid;
  }
}

/** A held lock. It names this process by pid and start time, so that a reused pid is not mistaken for the holder. */
export class FolderLock {
  readonly #path: string;
  readonly #content: string;

  private constructor(path: string, content: string) {
    this.#path = path;
    this.#content = content;
  }

  /** Takes the lock of `folder`, making the folder if need be. Rejects with `FolderLockedError` when a living process has it. */
  static async take(folder: string): Promise<FolderLock> {
    const absolute = resolve(folder);
    await mkdir(absolute, { recursive: true, mode: 0o700 });
    const path = join(absolute, LOCK_FILE);
    const content = JSON.stringify({ pid: process.pid, startedAt: await startTimeOf(process.pid) });
    const draft = `${path}.${randomUUID()}`;
    await writeFile(draft, content, { mode: 0o600 });
    try {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        // A link, unlike a write, makes the lock appear whole, and fails when there is one.
        if (await didLink(draft, path)) return new FolderLock(path, content);
        const held = await readIfThere(path);
        if (held === undefined) continue;
        const holder = parseHolder(held);
        if (holder !== undefined && (await isAlive(holder))) throw new FolderLockedError(absolute, holder.pid);
        await removeStale(path, held);
      }
      throw new Error(`The lock ${path} keeps changing hands. Start one process at a time.`);
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** Gives the lock back, unless somebody else holds it by now. */
  async release(): Promise<void> {
    if ((await readIfThere(this.#path)) === this.#content) await rm(this.#path, { force: true });
  }
}

interface Holder {
  readonly pid: number;
  readonly startedAt: string | undefined;
}

/** Removes the lock that read as `stale`. A lock that another process took in between is put back. */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isCode(error, "ENOENT")) return;
    throw error;
  }
  if ((await readIfThere(aside)) !== stale) await didLink(aside, path);
  await rm(aside, { force: true });
}

async function didLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

async function isAlive({ pid, startedAt }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (isCode(error, "ESRCH")) return false;
    if (!isCode(error, "EPERM")) throw error;
  }
  const now = await startTimeOf(pid);
  return startedAt === undefined || now === undefined || now === startedAt;
}

/** Boot id and start tick of a process, from proc(5); undefined where there is no such file system. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readIfThere(`/proc/${pid}/stat`);
  const boot = await readIfThere("/proc/sys/kernel/random/boot_id");
  // The second field is the command in parentheses and may hold anything; field 22 is the start time.
  const startTick = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return startTick === undefined ? undefined : `${boot?.trim() ?? ""}:${startTick}`;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT") || isCode(error, "ESRCH")) return undefined;
    throw error;
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, startedAt } = JSON.parse(text) as { pid?: unknown; startedAt?: unknown };
    if (typeof pid !== "number" || !Number.isInteger(pid) || pid <= 0) return undefined;
    return { pid, startedAt: typeof startedAt === "string" ? startedAt : undefined };
  } catch (error) {
    // Only a disk that lost its last write leaves an unreadable lock: nobody holds it.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
