// The table of keys of operators and game servers.
import { jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { OperatorScope, Reach } from "../../shared/schema/platform/index.ts";
import { environmentColumn } from "../environments/environment-column.ts";

const moment = (name: string) => timestamp(name, { withTimezone: true });

/** Keys. Secrets are SHA-256 hashes, in hex: they are random, so there is nothing for a slow hash to protect. */
export const apiKey = pgTable(
  "api_key",
  {
    environmentId: environmentColumn(),
    id: uuid("id").notNull().unique(),
    kind: text("kind").$type<"operator" | "server">().notNull(),
    name: text("name").notNull(),
    reach: text("reach").$type<Reach>().notNull().default("environment"),
    scopes: jsonb("scopes").$type<readonly OperatorScope[]>().notNull(),
    secretHash: text("secret_hash").notNull(),
    oldSecretHash: text("old_secret_hash"),
    oldSecretUntil: moment("old_secret_until"),
    createdAt: moment("created_at").notNull().defaultNow(),
    rotatedAt: moment("rotated_at"),
    expiresAt: moment("expires_at"),
    revokedAt: moment("revoked_at"),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.id] })],
);
