// The table of keys that sign tokens.
import { jsonb, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import type { JWK } from "jose";
import { environmentColumn } from "../environments/environment-column.ts";

/** Signing keys, each of one environment. One signs from `activatesAt` until `retiredAt`, and verifies for a while after. */
export const signingKey = pgTable(
  "signing_key",
  {
    environmentId: environmentColumn(),
    kid: text("kid").notNull(),
    privateJwk: jsonb("private_jwk").$type<JWK>().notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    activatesAt: timestamp("activates_at", { withTimezone: true }).notNull().defaultNow(),
    retiredAt: timestamp("retired_at", { withTimezone: true }),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.kid] })],
);
