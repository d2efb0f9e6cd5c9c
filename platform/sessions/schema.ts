// The table of sessions.
import { bigint, customType, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { SessionEndReason } from "../../shared/schema/platform/index.ts";
import { environmentColumn } from "../environments/environment-column.ts";

const inet = customType<{ data: string }>({ dataType: () => "inet" });
const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** One sign-in of a player on a device, and its token family. `currentHash` is the SHA-256 of the live refresh token, in hex. */
export const session = pgTable(
  "session",
  {
    environmentId: environmentColumn(),
    id: uuid("id").notNull(),
    playerId: uuid("player_id").notNull(),
    provider: text("provider").notNull(),
    deviceName: text("device_name"),
    /** SHA-256 of the device's own secret, in hex. */
    deviceHash: text("device_hash"),
    address: inet("address"),
    userAgent: text("user_agent"),
    /** base64url. */
    familyKey: text("family_key").notNull(),
    generation: bigint("generation", { mode: "number" }).notNull(),
    currentHash: text("current_hash").notNull(),
    replacedAtMs: jsonb("replaced_at_ms").$type<readonly number[]>().notNull(),
    createdAt: moment("created_at").notNull(),
    lastUsedAt: moment("last_used_at").notNull(),
    expiresAt: moment("expires_at").notNull(),
    endedAt: moment("ended_at"),
    endReason: text("end_reason").$type<SessionEndReason>(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.id] })],
);
