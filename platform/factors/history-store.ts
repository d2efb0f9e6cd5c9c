// Reads and writes where and on what players signed in before.
import { and, desc, eq, lt, max, notInArray, sql } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database } from "../db/database.ts";
import { knownDevice, signInCountry } from "./schema.ts";
import type { CountryVisit } from "./sign-in-history.ts";

/** Most devices that are remembered of one player; the one unseen for longest goes first. */
export const MAX_KNOWN_DEVICES = 20;

/** A device without a sign-in for so long is forgotten: 180 days, in milliseconds. */
export const DEVICE_MEMORY_MS = 180 * 86_400_000;

/** What is known before a sign-in. */
export interface History {
  readonly hasHistory: boolean;
  readonly isKnownDevice: boolean;
  /** Until when this device is trusted, in milliseconds since 1970; 0 when it is not. */
  readonly trustedUntilMs: number;
  readonly visits: readonly CountryVisit[];
}

/** A complete sign-in, to be remembered. */
export interface CompleteSignIn {
  readonly deviceHash: string;
  readonly accountHash: string;
  readonly country: string | undefined;
  readonly now: Date;
  /** Trusts the device until then; left as it was without it. */
  readonly trustedUntil?: Date;
}

/** Devices and countries. Throws `service.unavailable` while the database is away. */
export class HistoryStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What is known of a player and of one device. */
  async of(environmentId: EnvironmentId, playerId: string, deviceHash: string, now: Date): Promise<History> {
    return this.#database.query(async (db) => {
      const devices = await db
        .select({
          deviceHash: knownDevice.deviceHash,
          lastSeenAt: max(knownDevice.lastSeenAt),
          trustedUntil: max(knownDevice.trustedUntil),
        })
        .from(knownDevice)
        .where(ownDevices(environmentId, playerId))
        .groupBy(knownDevice.deviceHash);
      const countries = await db
        .select({ country: signInCountry.country, lastSeenAt: signInCountry.lastSeenAt })
        .from(signInCountry)
        .where(and(eq(signInCountry.environmentId, environmentId), eq(signInCountry.playerId, playerId)));
      const device = devices.find((known) => known.deviceHash === deviceHash);
      const seenAtMs = device?.lastSeenAt?.getTime() ?? 0;
      return {
        hasHistory: devices.length > 0,
        isKnownDevice: now.getTime() - seenAtMs <= DEVICE_MEMORY_MS,
        trustedUntilMs: device?.trustedUntil?.getTime() ?? 0,
        visits: countries.map(({ country, lastSeenAt }) => ({ country, lastSeenMs: lastSeenAt.getTime() })),
      };
    });
  }

  /** Whether somebody signed in as this account from this device. Costs the same whether the account exists or not. */
  async isKnown(environmentId: EnvironmentId, accountHash: string, deviceHash: string, now: Date): Promise<boolean> {
    const rows = await this.#database.query((db) =>
      db
        .select({ lastSeenAt: knownDevice.lastSeenAt })
        .from(knownDevice)
        .where(
          and(
            eq(knownDevice.environmentId, environmentId),
            eq(knownDevice.accountHash, accountHash),
            eq(knownDevice.deviceHash, deviceHash),
          ),
        ),
    );
    return rows.some(({ lastSeenAt }) => now.getTime() - lastSeenAt.getTime() <= DEVICE_MEMORY_MS);
  }

  /** Remembers a sign-in, and forgets what is too old or too much. */
  async remember(environmentId: EnvironmentId, playerId: string, signIn: CompleteSignIn): Promise<void> {
    const { deviceHash, accountHash, country, now, trustedUntil } = signIn;
    await this.#database.transaction(async (tx) => {
      const trust = trustedUntil === undefined ? {} : { trustedUntil };
      const [seen] = await tx
        .insert(knownDevice)
        .values({ environmentId, playerId, deviceHash, accountHash, firstSeenAt: now, lastSeenAt: now, ...trust })
        .onConflictDoUpdate({
          target: [knownDevice.environmentId, knownDevice.playerId, knownDevice.deviceHash, knownDevice.accountHash],
          set: { lastSeenAt: now, ...trust },
        })
        .returning({ firstSeenAt: knownDevice.firstSeenAt });
      if (country !== undefined) {
        await tx
          .insert(signInCountry)
          .values({ environmentId, playerId, country, lastSeenAt: now })
          .onConflictDoUpdate({
            target: [signInCountry.environmentId, signInCountry.playerId, signInCountry.country],
            set: { lastSeenAt: now },
          });
      }
      // Only a device that is new can make one too many.
      if (seen !== undefined && seen.firstSeenAt.getTime() < now.getTime()) return;
      const old = new Date(now.getTime() - DEVICE_MEMORY_MS);
      await tx.delete(knownDevice).where(and(ownDevices(environmentId, playerId), lt(knownDevice.lastSeenAt, old)));
      const kept = tx
        .select({ key: sql`${knownDevice.deviceHash} || ${knownDevice.accountHash}`.as("key") })
        .from(knownDevice)
        .where(ownDevices(environmentId, playerId))
        .orderBy(desc(knownDevice.lastSeenAt))
        .limit(MAX_KNOWN_DEVICES);
      await tx
        .delete(knownDevice)
        .where(
          and(
            ownDevices(environmentId, playerId),
            notInArray(sql`${knownDevice.deviceHash} || ${knownDevice.accountHash}`, kept),
          ),
        );
    });
  }

  /** Trusts no device any longer: what was proven there no longer counts. */
  async distrustAll(environmentId: EnvironmentId, playerId: string): Promise<void> {
    await this.#database.query((db) =>
      db.update(knownDevice).set({ trustedUntil: null }).where(ownDevices(environmentId, playerId)),
    );
  }
}

function ownDevices(environmentId: EnvironmentId, playerId: string) {
  return and(eq(knownDevice.environmentId, environmentId), eq(knownDevice.playerId, playerId));
}
