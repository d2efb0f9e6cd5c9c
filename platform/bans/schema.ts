// The table of bans.
import { customType, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { environmentColumn } from "../environments/environment-column.ts";

const cidr = customType<{ data: string }>({ dataType: () => "cidr" });
const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** What a ban can be for. */
export type BanKind = "account" | "device" | "address";

/** Who is kept out. It is in force until it expires or is lifted, and stays in the table after that. */
export const ban = pgTable(
  "ban",
  {
    environmentId: environmentColumn(),
    id: uuid("id").notNull(),
    kind: text("kind").$type<BanKind>().notNull(),
    playerId: uuid("player_id"),
    deviceHash: text("device_hash"),
    addressRange: cidr("address_range"),
    reason: text("reason").notNull(),
    appealNote: text("appeal_note"),
    createdAt: moment("created_at").notNull(),
    createdBy: text("created_by").notNull(),
    expiresAt: moment("expires_at"),
    liftedAt: moment("lifted_at"),
    liftedBy: text("lifted_by"),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.id] })],
);
