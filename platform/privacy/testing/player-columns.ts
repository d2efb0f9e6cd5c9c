// Which columns of a migrated database say whose a row is: read from the database itself, so that none is forgotten.
import { sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";

/** A column with the id of a player in it. */
export interface PlayerColumn {
  readonly table: string;
  readonly column: string;
}

/**
 * Every column that is called `player_id` or ends so, and every one of type uuid that is part of a reference to `player`;
 * and `player.id` itself.
 */
export async function playerColumns(database: Database): Promise<PlayerColumn[]> {
  const rows = await database.query((db) =>
    db.execute(sql`
      select table_name as "table", column_name as "column" from information_schema.columns
      where table_schema = 'public' and (column_name like '%player_id' or (table_name = 'player' and column_name = 'id'))
      union
      select referring.relname, attribute.attname from pg_constraint
      join pg_class referring on referring.oid = pg_constraint.conrelid
      join pg_attribute attribute on attribute.attrelid = pg_constraint.conrelid
        and attribute.attnum = any (pg_constraint.conkey) and attribute.atttypid = 'uuid'::regtype
      where pg_constraint.contype = 'f' and pg_constraint.confrelid = 'player'::regclass
      order by 1, 2`),
  );
  return rows.map((row) => ({ table: String(row["table"]), column: String(row["column"]) }));
}

/** How many rows of the database name a player, by `table.column`; columns without any are left out. */
export async function rowsNaming(database: Database, playerId: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { table, column } of await playerColumns(database)) {
    const [from, where] = [sql.identifier(table), sql.identifier(column)];
    const rows = await database.query((db) =>
      db.execute(sql`select count(*)::int as named from ${from} where ${where}::text = ${playerId}`),
    );
    const named = Number(rows[0]?.["named"]);
    if (named > 0) found[`${table}.${column}`] = named;
  }
  return found;
}
