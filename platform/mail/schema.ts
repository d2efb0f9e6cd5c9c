// The table of mails that wait to be delivered.
import { index, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { environmentColumn } from "../environments/environment-column.ts";

/**
 * A mail that is still to go out. `details` are the template's values, without any secret: codes are made when the mail is.
 * `nextAttemptAt` is when it is due; while somebody delivers it, when that is taken for failed.
 */
export const outgoingMail = pgTable(
  "outgoing_mail",
  {
    environmentId: environmentColumn(),
    id: uuid("id").notNull(),
    address: text("address").notNull(),
    locale: text("locale"),
    template: text("template").notNull(),
    details: jsonb("details").$type<Record<string, unknown>>().notNull(),
    attempts: integer("attempts").notNull().default(0),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    nextAttemptAt: timestamp("next_attempt_at", { withTimezone: true }).notNull(),
    expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.id] }),
    index("outgoing_mail_due").on(table.nextAttemptAt),
  ],
);
