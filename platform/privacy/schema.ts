// The table of players who asked to be deleted.
import { pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";

/** A deletion that is scheduled: done when `dueAt` has passed, and after a try that failed not before `retryAt`. */
export const playerDeletion = pgTable(
  "player_deletion",
  {
    environmentId: text("environment_id").$type<EnvironmentId>().notNull(),
    playerId: uuid("player_id").notNull(),
    requestedAt: timestamp("requested_at", { withTimezone: true }).notNull(),
    dueAt: timestamp("due_at", { withTimezone: true }).notNull(),
    retryAt: timestamp("retry_at", { withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.playerId] })],
);
