// The tables of second factors, passkeys and earlier sign-ins.
import { bigint, boolean, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { FactorPolicy } from "../../shared/schema/platform/index.ts";
import { environmentColumn } from "../environments/environment-column.ts";

const instant = (name: string) => timestamp(name, { withTimezone: true });

/** The authenticator app of a player, once it was confirmed. */
export const totpFactor = pgTable(
  "totp_factor",
  {
    environmentId: environmentColumn(),
    playerId: uuid("player_id").notNull(),
    sealedSecret: text("sealed_secret").notNull(),
    lastStep: bigint("last_step", { mode: "number" }).notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.playerId] })],
);

/** The recovery codes of a player, as hashes; those with `usedAt` are void. */
export const recoveryCode = pgTable(
  "recovery_code",
  {
    environmentId: environmentColumn(),
    playerId: uuid("player_id").notNull(),
    codeHash: text("code_hash").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    usedAt: instant("used_at"),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.playerId, table.codeHash] })],
);

/** Passkeys. The id is the credential's; `userHandle` is what it knows of its player: random, and nothing else. */
export const passkey = pgTable(
  "passkey",
  {
    environmentId: environmentColumn(),
    id: text("id").notNull(),
    playerId: uuid("player_id").notNull(),
    userHandle: text("user_handle").notNull(),
    publicKey: text("public_key").notNull(),
    counter: bigint("counter", { mode: "number" }).notNull(),
    transports: jsonb("transports").$type<readonly string[]>().notNull(),
    aaguid: text("aaguid").notNull(),
    isSynced: boolean("is_synced").notNull(),
    name: text("name").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    lastUsedAt: instant("last_used_at"),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.id] })],
);

/** Devices that a player signed in from, one row for each account name that was used there. */
export const knownDevice = pgTable(
  "known_device",
  {
    environmentId: environmentColumn(),
    playerId: uuid("player_id").notNull(),
    deviceHash: text("device_hash").notNull(),
    accountHash: text("account_hash").notNull(),
    trustedUntil: instant("trusted_until"),
    firstSeenAt: instant("first_seen_at").notNull(),
    lastSeenAt: instant("last_seen_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.playerId, table.deviceHash, table.accountHash] })],
);

/** Countries that a player signed in from. */
export const signInCountry = pgTable(
  "sign_in_country",
  {
    environmentId: environmentColumn(),
    playerId: uuid("player_id").notNull(),
    country: text("country").notNull(),
    lastSeenAt: instant("last_seen_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.playerId, table.country] })],
);

/** What an environment asks of sign-ins; environments without a row have the default. */
export const factorPolicy = pgTable("factor_policy", {
  environmentId: environmentColumn().primaryKey(),
  policy: jsonb("policy").$type<FactorPolicy>().notNull(),
  updatedAt: instant("updated_at").notNull().defaultNow(),
});
