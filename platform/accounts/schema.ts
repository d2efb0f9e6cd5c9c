// The tables of players and of how they sign in.
import { pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";

/** A player. The id is made by `uuidV7`; the name is shown to other players. */
export const player = pgTable("player", {
  id: uuid("id").primaryKey(),
  displayName: text("display_name").notNull(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
});

/** One way a player signs in: who the provider says it is, as a hash. */
export const identity = pgTable(
  "identity",
  {
    provider: text("provider").notNull(),
    subjectHash: text("subject_hash").notNull(),
    playerId: uuid("player_id")
      .notNull()
      .references(() => player.id, { onDelete: "cascade" }),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.provider, table.subjectHash] })],
);
