// The table of keys that sign tokens.
import { jsonb, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import type { JWK } from "jose";
import { environmentColumn } from "../environments/environment-column.ts";

/** Signing keys, each of one environment. There the one without `retiredAt` signs; retired ones still verify. */
export const signingKey = pgTable(
  "signing_key",
  {
    environmentId: environmentColumn(),
    kid: text("kid").notNull(),
    privateJwk: jsonb("private_jwk").$type<JWK>().notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    retiredAt: timestamp("retired_at", { withTimezone: true }),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.kid] })],
);
