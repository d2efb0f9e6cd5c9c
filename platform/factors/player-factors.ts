// What this module keeps of a player: how it is exported, deleted, and what becomes of it when two players become one.
import { and, asc, eq } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { knownDevice, passkey, recoveryCode, signInCountry, totpFactor } from "./schema.ts";
import type { SecretBox } from "./secret-box.ts";
import { totpSealContext } from "./totp.ts";

const TABLES = [totpFactor, recoveryCode, passkey, knownDevice, signInCountry] as const;

/** A module's part in exports and deletions, and in merges with the one rule `keep`. */
export class PlayerFactors {
  readonly name = "factors";
  readonly tables: readonly string[] = ["totp_factor", "recovery_code", "passkey", "known_device", "sign_in_country"];
  readonly rules = ["keep"] as const;
  readonly #database: Database;
  readonly #box: SecretBox | undefined;

  /** `box` opens the secrets of authenticator apps. */
  constructor(database: Database, box: SecretBox | undefined) {
    this.#database = database;
    this.#box = box;
  }

  /** For the player to read: what they set up, and when and from where they signed in. No secret and no hash. */
  async export(environmentId: EnvironmentId, playerId: string): Promise<unknown> {
    return this.#database.query(async (db) => {
      const own = (table: (typeof TABLES)[number]) =>
        and(eq(table.environmentId, environmentId), eq(table.playerId, playerId));
      return {
        authenticatorApps: await db.select({ createdAt: totpFactor.createdAt }).from(totpFactor).where(own(totpFactor)),
        recoveryCodes: await db
          .select({ createdAt: recoveryCode.createdAt, usedAt: recoveryCode.usedAt })
          .from(recoveryCode)
          .where(own(recoveryCode)),
        passkeys: await db
          .select({
            name: passkey.name,
            isSynced: passkey.isSynced,
            createdAt: passkey.createdAt,
            lastUsedAt: passkey.lastUsedAt,
          })
          .from(passkey)
          .where(own(passkey))
          .orderBy(asc(passkey.createdAt)),
        devices: await db
          .select({ firstSeenAt: knownDevice.firstSeenAt, lastSeenAt: knownDevice.lastSeenAt })
          .from(knownDevice)
          .where(own(knownDevice)),
        countries: await db
          .select({ country: signInCountry.country, lastSeenAt: signInCountry.lastSeenAt })
          .from(signInCountry)
          .where(own(signInCountry)),
      };
    });
  }

  /** Deletes all of it, in `tx`. */
  async delete(environmentId: EnvironmentId, playerId: string, tx: Executor): Promise<void> {
    for (const table of TABLES) {
      await tx.delete(table).where(and(eq(table.environmentId, environmentId), eq(table.playerId, playerId)));
    }
  }

  /**
   * The player who stays keeps its factors as they are, and takes over the other's when it has none: what one of the two
   * was protected by must not be lost in silence. They are never mixed, or whoever holds an old one of either would hold a
   * key to both.
   */
  async merge(
    environmentId: EnvironmentId,
    { into, from }: { readonly into: string; readonly from: string },
    tx: Executor,
  ): Promise<void> {
    if (!(await this.#hasFactor(environmentId, into, tx))) {
      for (const table of [recoveryCode, passkey] as const) {
        const own = and(eq(table.environmentId, environmentId), eq(table.playerId, from));
        await tx.update(table).set({ playerId: into }).where(own);
      }
      await this.#moveTotp(environmentId, from, into, tx);
    }
    await this.delete(environmentId, from, tx);
  }

  /** A sealed secret opens for its own player only: it is sealed anew. */
  async #moveTotp(environmentId: EnvironmentId, from: string, into: string, tx: Executor): Promise<void> {
    const own = and(eq(totpFactor.environmentId, environmentId), eq(totpFactor.playerId, from));
    const [row] = await tx.select().from(totpFactor).where(own);
    if (row === undefined) return;
    if (this.#box === undefined) throw new Error("An authenticator app cannot be moved without FACTORS_KEY.");
    const secret = this.#box.open(row.sealedSecret, totpSealContext(environmentId, from));
    const sealedSecret = this.#box.seal(secret, totpSealContext(environmentId, into));
    await tx.update(totpFactor).set({ playerId: into, sealedSecret }).where(own);
  }

  async #hasFactor(environmentId: EnvironmentId, playerId: string, tx: Executor): Promise<boolean> {
    const apps = await tx
      .select({ id: totpFactor.playerId })
      .from(totpFactor)
      .where(and(eq(totpFactor.environmentId, environmentId), eq(totpFactor.playerId, playerId)));
    const keys = await tx
      .select({ id: passkey.id })
      .from(passkey)
      .where(and(eq(passkey.environmentId, environmentId), eq(passkey.playerId, playerId)));
    return apps.length > 0 || keys.length > 0;
  }
}
