// The tables of players, of how they sign in, and of the providers that an environment lets them sign in by.
import { foreignKey, jsonb, pgTable, primaryKey, text, timestamp, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { environmentColumn } from "../environments/environment-column.ts";

/** A player. The id is made by `uuidV7`; the name is shown to other players. */
export const player = pgTable(
  "player",
  {
    environmentId: environmentColumn(),
    id: uuid("id").notNull(),
    displayName: text("display_name").notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    /** Who this player became; nothing leads to it any more. */
    mergedInto: uuid("merged_into"),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.id] }),
    foreignKey({
      columns: [table.environmentId, table.mergedInto],
      foreignColumns: [table.environmentId, table.id],
    }).onDelete("cascade"),
  ],
);

/** One way a player signs in: who the provider says it is, as a hash, and what it told beside that. */
export const identity = pgTable(
  "identity",
  {
    environmentId: environmentColumn(),
    provider: text("provider").notNull(),
    subjectHash: text("subject_hash").notNull(),
    playerId: uuid("player_id").notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    id: uuid("id").notNull(),
    email: text("email"),
    displayName: text("display_name"),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.provider, table.subjectHash] }),
    uniqueIndex("identity_id").on(table.environmentId, table.id),
    foreignKey({
      columns: [table.environmentId, table.playerId],
      foreignColumns: [player.environmentId, player.id],
    }).onDelete("cascade"),
  ],
);

/** By which providers players of an environment sign in: a document that the verifiers know how to read. */
export const providerSettings = pgTable("provider_settings", {
  environmentId: environmentColumn().primaryKey(),
  document: jsonb("document").notNull(),
  updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
});
