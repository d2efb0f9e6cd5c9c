// The table of passwords.
import { pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { environmentColumn } from "../environments/environment-column.ts";

/** A player's password; the row goes with its player, as argon2id makes it (PHC string format, with salt and cost). */
export const password = pgTable(
  "password",
  {
    environmentId: environmentColumn(),
    playerId: uuid("player_id").notNull(),
    hash: text("hash").notNull(),
    changedAt: timestamp("changed_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.playerId] })],
);
