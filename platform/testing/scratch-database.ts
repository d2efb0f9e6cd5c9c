// An empty, migrated database for a test: PGlite in a folder of its own, or a new one on the Postgres of DATABASE_URL.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPglite } from "../db/pglite.ts";
import { openPostgres } from "../db/postgres.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { createLog } from "../ops/log.ts";
import { createScratchDatabase } from "./real-services.ts";

/** A database, and what ends it and removes its files. */
export interface ScratchDatabase {
  readonly database: SqlDatabase;
  close(): Promise<void>;
}

/** Opens PGlite in a temporary folder. */
export async function openScratchPglite(): Promise<ScratchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "gamekeeper-database-"));
  const database = await openPglite(folder, createLog("silent"));
  await database.whenReady();
  return {
    database,
    close: async () => {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Makes a database on the Postgres of DATABASE_URL. */
export async function openScratchPostgres(): Promise<ScratchDatabase> {
  const scratch = await createScratchDatabase();
  const database = openPostgres(scratch.url, createLog("silent"));
  await database.whenReady();
  return {
    database,
    close: async () => {
      await database.close();
      await scratch.drop();
    },
  };
}
