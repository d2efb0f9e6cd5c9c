// The table of the audit log. The database refuses every change and removal of its rows.
import { jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { Actor } from "../environments/credential.ts";
import { environmentColumn } from "../environments/environment-column.ts";

/** Entries. The id is made by `uuidV7`, so that ids are ordered by time. */
export const auditEntry = pgTable(
  "audit_entry",
  {
    environmentId: environmentColumn(),
    id: uuid("id").notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    actorKind: text("actor_kind").$type<Actor["kind"]>().notNull(),
    actorId: text("actor_id").notNull(),
    action: text("action").notNull(),
    subject: text("subject").notNull(),
    before: jsonb("before").$type<unknown>(),
    after: jsonb("after").$type<unknown>(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.id] })],
);
