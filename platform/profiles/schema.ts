// The tables of profiles.
import { integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { FieldDeclarations, Values } from "./custom-values.ts";

const environmentId = () => text("environment_id").$type<EnvironmentId>().notNull();
const moment = (name: string) => timestamp(name, { withTimezone: true }).notNull().defaultNow();

/** What an environment declares; no row is no custom field and no word of its own that is forbidden. */
export const profileSettings = pgTable("profile_settings", {
  environmentId: environmentId().primaryKey(),
  fields: jsonb("fields").$type<FieldDeclarations>().notNull(),
  blockedNames: jsonb("blocked_names").$type<readonly string[]>().notNull(),
  updatedAt: moment("updated_at"),
});

/** What a player says of themselves; no row is a player who has said nothing. */
export const profile = pgTable(
  "profile",
  {
    environmentId: environmentId(),
    playerId: uuid("player_id").notNull(),
    version: integer("version").notNull().default(0),
    avatar: text("avatar"),
    locale: text("locale"),
    country: text("country"),
    preferences: jsonb("preferences").$type<Values>().notNull().default({}),
    fields: jsonb("fields").$type<Values>().notNull().default({}),
    updatedAt: moment("updated_at"),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.playerId] })],
);

/** A name that a player had until `changedAt`. */
export const displayNameChange = pgTable(
  "display_name_change",
  {
    environmentId: environmentId(),
    id: uuid("id").notNull(),
    playerId: uuid("player_id").notNull(),
    previousName: text("previous_name").notNull(),
    changedAt: moment("changed_at"),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.id] })],
);
