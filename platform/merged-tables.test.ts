// No table with rows of players is forgotten when two players become one.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { sql } from "drizzle-orm";
import { PlayerModules } from "./accounts/player-modules.ts";
import { openPglite } from "./db/pglite.ts";
import type { SqlDatabase } from "./db/sql-database.ts";
import { PlayerFactors } from "./factors/player-factors.ts";
import { playerModules, TABLES_WITHOUT_MERGE } from "./merged-tables.ts";
import { createLog } from "./ops/log.ts";

let folder: string;
let database: SqlDatabase;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "gamekeeper-merged-"));
  database = await openPglite(folder, createLog("silent"));
  await database.whenReady();
});
after(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

/** Tables that name a player, or refer to one. */
const tablesOfPlayers = async () => {
  const rows = await database.query((db) =>
    db.execute<{ table: string }>(sql`
      select table_name as table from information_schema.columns
      where table_schema = 'public' and column_name = 'player_id'
      union select conrelid::regclass::text from pg_constraint
      where contype = 'f' and confrelid = 'player'::regclass`),
  );
  return rows.map(({ table }) => table).sort();
};

describe("merging players", () => {
  it("has a rule, or a reason against one, for each table with rows of players, and for no other", async () => {
    const known = [
      ...new PlayerModules(playerModules(database, new PlayerFactors(database, undefined))).tables,
      ...Object.keys(TABLES_WITHOUT_MERGE),
    ].sort();
    const missing = (await tablesOfPlayers()).filter((table) => !known.includes(table));
    assert.deepEqual(missing, [], "add these to platform/merged-tables.ts");
    const all = await database.query((db) =>
      db.execute<{ table: string }>(
        sql`select table_name as table from information_schema.tables where table_schema = 'public'`,
      ),
    );
    const tables = all.map(({ table }) => table);
    assert.deepEqual(
      known.filter((table) => !tables.includes(table)),
      [],
      "these are no tables",
    );
  });

  it("finds a table that was forgotten", async () => {
    await database.query((db) => db.execute(sql`create table forgotten (player_id uuid)`));
    assert.ok((await tablesOfPlayers()).includes("forgotten"));
    await database.query((db) => db.execute(sql`drop table forgotten`));
  });
});
