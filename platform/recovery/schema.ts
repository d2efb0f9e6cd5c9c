// The table of codes that were sent by mail.
import { index, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { environmentColumn } from "../environments/environment-column.ts";

/**
 * A code, from when it is asked for until some time after it is worth nothing. It is kept as a keyed hash, and not at all
 * before its mail is made; a code for nobody (an address without account) never gets one, and looks the same otherwise.
 */
export const mailCode = pgTable(
  "mail_code",
  {
    environmentId: environmentColumn(),
    id: uuid("id").notNull(),
    purpose: text("purpose").notNull(),
    address: text("address").notNull(),
    playerId: uuid("player_id"),
    details: jsonb("details").$type<Record<string, string>>().notNull(),
    codeHash: text("code_hash"),
    attemptsLeft: integer("attempts_left").notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
    usedAt: timestamp("used_at", { withTimezone: true }),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.id] }),
    index("mail_code_player").on(table.environmentId, table.playerId),
    index("mail_code_expiry").on(table.expiresAt),
  ],
);
