// Runs the SQL files in `migrations/` up and down, one process at a time, and remembers which are applied.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type postgres from "postgres";

/** Key of the advisory lock that every migrating process takes: "gamekeeper" folded into a number, once. */
const ADVISORY_LOCK_KEY = 7_233_841_119;

/** Longest to wait for another process that is migrating. */
const LOCK_TIMEOUT = "30s";

const FILE_PATTERN = /^(\d{4}-[a-z0-9-]+)\.up\.sql$/;

/** One migration: `name` is `NNNN-words`, and `checksum` the SHA-256 of its two files. */
export interface Migration {
  readonly name: string;
  readonly up: string;
  readonly down: string;
  readonly checksum: string;
}

/** A migration and whether this database has it. */
export interface MigrationStatus {
  readonly name: string;
  readonly isApplied: boolean;
}

/** Reads the migrations of a folder, in order. Throws when one lacks its `.down.sql`. */
export async function readMigrations(folder = new URL("./migrations/", import.meta.url)): Promise<Migration[]> {
  const names = (await readdir(folder)).flatMap((file) => FILE_PATTERN.exec(file)?.[1] ?? []).sort();
  return Promise.all(
    names.map(async (name) => {
      const up = await readFile(new URL(`${name}.up.sql`, folder), "utf8");
      const down = await readFile(new URL(`${name}.down.sql`, folder), "utf8");
      return { name, up, down, checksum: createHash("sha256").update(up).update("\0").update(down).digest("hex") };
    }),
  );
}

/**
 * Applies every migration that is missing, all or none. Returns the names applied now. Throws when an applied migration
 * was changed afterwards. Migrations that this version does not know are left alone, so that an older process can still
 * start beside a newer one.
 */
export async function migrateUp(sql: postgres.Sql, migrations?: readonly Migration[]): Promise<string[]> {
  const known = migrations ?? (await readMigrations());
  return exclusively(sql, async (tx) => {
    const applied = await appliedChecksums(tx);
    const missing = known.filter((migration) => isMissing(migration, applied));
    for (const { name, up, checksum } of missing) {
      await tx.unsafe(up);
      await tx`insert into migration (name, checksum) values (${name}, ${checksum})`;
    }
    return missing.map(({ name }) => name);
  });
}

/** Takes back the last `count` applied migrations, newest first, all or none. Returns their names. */
export async function migrateDown(
  sql: postgres.Sql,
  count: number,
  migrations?: readonly Migration[],
): Promise<string[]> {
  const known = migrations ?? (await readMigrations());
  return exclusively(sql, async (tx) => {
    const applied = await appliedChecksums(tx);
    const last = known
      .filter((migration) => !isMissing(migration, applied))
      .reverse()
      .slice(0, count);
    for (const { name, down } of last) {
      await tx.unsafe(down);
      await tx`delete from migration where name = ${name}`;
    }
    return last.map(({ name }) => name);
  });
}

/** Says of each known migration whether it is applied. */
export async function migrationStatus(
  sql: postgres.Sql,
  migrations?: readonly Migration[],
): Promise<MigrationStatus[]> {
  const known = migrations ?? (await readMigrations());
  return exclusively(sql, async (tx) => {
    const applied = await appliedChecksums(tx);
    return known.map((migration) => ({ name: migration.name, isApplied: !isMissing(migration, applied) }));
  });
}

/** Runs `work` in one transaction that holds the advisory lock: the lock cannot outlive the connection or the commit. */
async function exclusively<Result>(
  sql: postgres.Sql,
  work: (tx: postgres.TransactionSql) => Promise<Result>,
): Promise<Result> {
  const result = await sql.begin(async (tx) => {
    await tx.unsafe(`set local lock_timeout = '${LOCK_TIMEOUT}'; set local statement_timeout = 0`);
    await tx`select pg_advisory_xact_lock(${ADVISORY_LOCK_KEY})`;
    await tx`create table if not exists migration (
      name text primary key,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`;
    return { value: await work(tx) };
  });
  return (result as { value: Result }).value;
}

async function appliedChecksums(tx: postgres.TransactionSql): Promise<Map<string, string>> {
  const rows = await tx<{ name: string; checksum: string }[]>`select name, checksum from migration`;
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

function isMissing(migration: Migration, applied: Map<string, string>): boolean {
  const checksum = applied.get(migration.name);
  if (checksum !== undefined && checksum !== migration.checksum) {
    throw new Error(
      `Migration ${migration.name} was changed after it was applied. Restore its files and write a new migration instead.`,
    );
  }
  return checksum === undefined;
}
