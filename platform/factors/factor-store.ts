// Reads and writes authenticator apps and recovery codes.
import { and, count, eq, isNull, lt } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import { type Database, databaseErrorCode, type Executor, UNIQUE_VIOLATION } from "../db/database.ts";
import { recoveryCode, totpFactor } from "./schema.ts";

/** A stored authenticator app. */
export interface StoredTotp {
  readonly sealedSecret: string;
  readonly lastStep: number;
  readonly createdAt: Date;
}

/** Authenticator apps and recovery codes. Throws `service.unavailable` while the database is away. */
export class FactorStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The player's authenticator app, or undefined. */
  async totp(environmentId: EnvironmentId, playerId: string): Promise<StoredTotp | undefined> {
    const rows = await this.#database.query((db) =>
      db.select().from(totpFactor).where(ownTotp(environmentId, playerId)),
    );
    return rows[0];
  }

  /** Adds an app and, in the same transaction, `also`. Returns false when the player has one already. */
  async addTotp(
    environmentId: EnvironmentId,
    playerId: string,
    totp: Pick<StoredTotp, "sealedSecret" | "lastStep">,
    also: (tx: Executor) => Promise<void>,
  ): Promise<boolean> {
    try {
      await this.#database.transaction(async (tx) => {
        await tx.insert(totpFactor).values({ environmentId, playerId, ...totp });
        await also(tx);
      });
      return true;
    } catch (error) {
      if (databaseErrorCode(error) === UNIQUE_VIOLATION) return false;
      throw error;
    }
  }

  /** Takes a period for used, and says whether it was later than every one before: of two at one time, one wins. */
  async useStep(environmentId: EnvironmentId, playerId: string, step: number): Promise<boolean> {
    const rows = await this.#database.query((db) =>
      db
        .update(totpFactor)
        .set({ lastStep: step })
        .where(and(ownTotp(environmentId, playerId), lt(totpFactor.lastStep, step)))
        .returning({ lastStep: totpFactor.lastStep }),
    );
    return rows.length === 1;
  }

  /** Puts a newly sealed text in place of `before`, if that is still there. */
  async reseal(environmentId: EnvironmentId, playerId: string, before: string, after: string): Promise<void> {
    await this.#database.query((db) =>
      db
        .update(totpFactor)
        .set({ sealedSecret: after })
        .where(and(ownTotp(environmentId, playerId), eq(totpFactor.sealedSecret, before))),
    );
  }

  /** Removes the app, and the recovery codes too when `withCodes`. Says whether there was one. */
  async removeTotp(
    environmentId: EnvironmentId,
    playerId: string,
    withCodes: boolean,
    also: (tx: Executor) => Promise<void>,
  ): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      const rows = await tx
        .delete(totpFactor)
        .where(ownTotp(environmentId, playerId))
        .returning({ lastStep: totpFactor.lastStep });
      if (rows.length === 0) return false;
      if (withCodes) await tx.delete(recoveryCode).where(ownCodes(environmentId, playerId));
      await also(tx);
      return true;
    });
  }

  /** Puts these codes in place of all earlier ones, and does `also` in the same transaction. */
  async replaceCodes(
    environmentId: EnvironmentId,
    playerId: string,
    hashes: readonly string[],
    also: (tx: Executor) => Promise<void>,
  ): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await this.writeCodes(environmentId, playerId, hashes, tx);
      await also(tx);
    });
  }

  /** The same inside a transaction of the caller. */
  async writeCodes(
    environmentId: EnvironmentId,
    playerId: string,
    hashes: readonly string[],
    tx: Executor,
  ): Promise<void> {
    await tx.delete(recoveryCode).where(ownCodes(environmentId, playerId));
    await tx.insert(recoveryCode).values(hashes.map((codeHash) => ({ environmentId, playerId, codeHash })));
  }

  /** Uses a code up, and says whether it was there and unused: of two at one time, one wins. */
  async useCode(environmentId: EnvironmentId, playerId: string, codeHash: string, now: Date): Promise<boolean> {
    const rows = await this.#database.query((db) =>
      db
        .update(recoveryCode)
        .set({ usedAt: now })
        .where(and(ownCodes(environmentId, playerId), eq(recoveryCode.codeHash, codeHash), isNull(recoveryCode.usedAt)))
        .returning({ codeHash: recoveryCode.codeHash }),
    );
    return rows.length === 1;
  }

  /** How many codes are unused. */
  async codesLeft(environmentId: EnvironmentId, playerId: string): Promise<number> {
    const rows = await this.#database.query((db) =>
      db
        .select({ left: count() })
        .from(recoveryCode)
        .where(and(ownCodes(environmentId, playerId), isNull(recoveryCode.usedAt))),
    );
    return rows[0]?.left ?? 0;
  }
}

function ownTotp(environmentId: EnvironmentId, playerId: string) {
  return and(eq(totpFactor.environmentId, environmentId), eq(totpFactor.playerId, playerId));
}

function ownCodes(environmentId: EnvironmentId, playerId: string) {
  return and(eq(recoveryCode.environmentId, environmentId), eq(recoveryCode.playerId, playerId));
}
