// A lock on a folder: one process at a time, taken over from a process that died without giving it back.
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Every claim on a folder is a file of this name with an id of its own behind it. */
const CLAIM_PREFIX = "platform.lock.";

/** How often a claim that met another is tried, and the bounds of the random wait between: half a second in all. */
const MAX_ATTEMPTS = 20;
const RETRY_MS = { min: 5, max: 40 } as const;

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

/**
 * A held lock. It names this process by pid and start time, so that a reused pid is not mistaken for the holder.
 *
 * Whoever wants the folder writes a claim and then reads all claims; it holds the folder if no other living process has
 * one. Of two claims at least one sees the other, so two can never hold; and since no claim's name is ever used twice,
 * removing the claim of a dead process can never remove a living one's, which replacing a single file could.
 */
export class FolderLock {
  readonly #claim: string;

  private constructor(claim: string) {
    this.#claim = claim;
  }

  /** Takes the lock of `folder`, making the folder if need be. Rejects with `FolderLockedError` when a living process has it. */
  static async take(folder: string): Promise<FolderLock> {
    const absolute = resolve(folder);
    await mkdir(absolute, { recursive: true, mode: 0o700 });
    const mine = CLAIM_PREFIX + randomUUID();
    let rival: Claim | undefined;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      await writeClaim(absolute, mine);
      const rivals = await livingClaims(absolute, mine);
      rival = rivals[0];
      if (rival === undefined) return new FolderLock(join(absolute, mine));
      // Of several who start at once, the first by name keeps its claim and waits for the others to withdraw theirs.
      if (rival.name < mine) await rm(join(absolute, mine), { force: true });
      await delay(RETRY_MS.min + Math.random() * (RETRY_MS.max - RETRY_MS.min));
    }
    await rm(join(absolute, mine), { force: true });
    throw new FolderLockedError(absolute, rival?.pid ?? 0);
  }

  /** Gives the lock back. */
  async release(): Promise<void> {
    await rm(this.#claim, { force: true });
  }
}

interface Claim {
  readonly name: string;
  readonly pid: number;
}

async function writeClaim(folder: string, name: string): Promise<void> {
  const draft = join(folder, `draft-${name}`);
  const holder: Holder = { pid: process.pid, startedAt: await startTimeOf(process.pid) };
  await writeFile(draft, JSON.stringify(holder), { mode: 0o600 });
  // A rename makes the claim appear whole.
  await rename(draft, join(folder, name));
}

/** The claims of living processes beside `mine`, first by name first. Those of dead ones are removed. */
async function livingClaims(folder: string, mine: string): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (!name.startsWith(CLAIM_PREFIX) || name === mine) continue;
    const text = await readIfThere(join(folder, name));
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (holder !== undefined && (await isAlive(holder))) claims.push({ name, pid: holder.pid });
    else await rm(join(folder, name), { force: true });
  }
  return claims;
}

interface Holder {
  readonly pid: number;
  readonly startedAt: string | undefined;
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
    // Only a disk that lost its last write leaves an unreadable claim: nobody holds it.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
