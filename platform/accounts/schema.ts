// The tables of players and of how they sign in.
import { foreignKey, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { environmentColumn } from "../environments/environment-column.ts";

/** A player. The id is made by `uuidV7`; the name is shown to other players. */
export const player = pgTable(
  "player",
  {
    environmentId: environmentColumn(),
    id: uuid("id").notNull(),
    displayName: text("display_name").notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.id] })],
);

/** One way a player signs in: who the provider says it is, as a hash. */
export const identity = pgTable(
  "identity",
  {
    environmentId: environmentColumn(),
    provider: text("provider").notNull(),
    subjectHash: text("subject_hash").notNull(),
    playerId: uuid("player_id").notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.provider, table.subjectHash] }),
    foreignKey({
      columns: [table.environmentId, table.playerId],
      foreignColumns: [player.environmentId, player.id],
    }).onDelete("cascade"),
  ],
);
