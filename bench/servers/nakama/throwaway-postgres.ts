// A Postgres for one run: a new cluster in a temporary folder, on loopback, gone afterwards.
import { execFile, spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePorts } from "./free-ports.ts";

/** A running database server. */
export interface ThrowawayPostgres {
  /** `user:password@host:port/database`, as Nakama wants it; every password is right. */
  readonly address: string;
  /** Ends it and removes its files. It does not wait for anything, so it may be called as the process exits. */
  stop(): void;
}

/** Where Debian's packages lie, one folder a version. */
const DEBIAN_FOLDER = "/usr/lib/postgresql";
const USER = "bench";
/** Postgres refuses to run as root; under root, it runs as the user of Debian's package. */
const SYSTEM_USER = "postgres";
const START_TIMEOUT_MS = 60_000;

const run = promisify(execFile);

/** The folder of Postgres' programs. Throws when it is not installed. */
export function postgresPrograms(): string {
  const versions = readable(DEBIAN_FOLDER).sort((a, b) => Number(b) - Number(a));
  if (versions[0] === undefined) {
    throw new Error(`Postgres is not installed: ${DEBIAN_FOLDER} has no version. Install Debian's "postgresql".`);
  }
  return join(DEBIAN_FOLDER, versions[0], "bin");
}

/** Whom Postgres runs as, when not as this process. Throws when it has to be a user that this machine does not have. */
export function postgresOwner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const line of readFileSync("/etc/passwd", "utf8").split("\n")) {
    const [name, , uid, gid] = line.split(":");
    if (name === SYSTEM_USER) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(`There is no user "${SYSTEM_USER}" to run Postgres as, which root may not.`);
}

/** Starts a new cluster with one empty database. Rejects when Postgres is missing or does not start. */
export async function startThrowawayPostgres(): Promise<ThrowawayPostgres> {
  const programs = postgresPrograms();
  const folder = mkdtempSync(join(tmpdir(), "bench-postgres-"));
  const owner = postgresOwner();
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const asOwner = { cwd: "/", timeout: START_TIMEOUT_MS, ...owner };
  const cluster = join(folder, "cluster");
  const control = join(programs, "pg_ctl");
  const port = await freePorts(1);
  const settings = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=off`;
  const stop = (): void => {
    spawnSync(control, ["-D", cluster, "-m", "immediate", "stop"], { ...asOwner, stdio: "ignore" });
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await run(join(programs, "initdb"), ["-D", cluster, "-A", "trust", "-U", USER], asOwner);
    await run(control, ["-D", cluster, "-l", join(folder, "log"), "-w", "-o", settings, "start"], asOwner);
    await run(join(programs, "createdb"), ["-h", "127.0.0.1", "-p", String(port), "-U", USER, USER], asOwner);
  } catch (error) {
    stop();
    throw new Error(`Postgres did not start: ${(error as { stderr?: string }).stderr?.trim() || error}`);
  }
  return { address: `${USER}:${USER}@127.0.0.1:${port}/${USER}`, stop };
}

function readable(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Not there, which is an answer.
    return [];
  }
}
