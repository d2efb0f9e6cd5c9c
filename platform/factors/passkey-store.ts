// Reads and writes passkeys.
import { and, asc, count, eq, sql } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import { type Database, databaseErrorCode, type Executor, UNIQUE_VIOLATION } from "../db/database.ts";
import type { NewPasskey } from "./passkey-ceremony.ts";
import { passkey } from "./schema.ts";

/** A stored passkey. */
export type StoredPasskey = typeof passkey.$inferSelect;

/** What became of adding a passkey. */
export type AddOutcome = "added" | "exists" | "too_many";

/** Passkeys. Throws `service.unavailable` while the database is away. */
export class PasskeyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The player's passkeys, oldest first. */
  async ofPlayer(environmentId: EnvironmentId, playerId: string): Promise<StoredPasskey[]> {
    return this.#database.query((db) =>
      db
        .select()
        .from(passkey)
        .where(ownPasskeys(environmentId, playerId))
        .orderBy(asc(passkey.createdAt), asc(passkey.id)),
    );
  }

  /** The passkey with this credential id, whoever's it is, or undefined. */
  async find(environmentId: EnvironmentId, id: string): Promise<StoredPasskey | undefined> {
    const rows = await this.#database.query((db) =>
      db
        .select()
        .from(passkey)
        .where(and(eq(passkey.environmentId, environmentId), eq(passkey.id, id))),
    );
    return rows[0];
  }

  /** Adds a passkey and does `also` in the same transaction, unless the player has `max` or somebody has this one. */
  async add(
    environmentId: EnvironmentId,
    owner: { readonly playerId: string; readonly userHandle: string; readonly name: string },
    added: NewPasskey,
    max: number,
    also: (tx: Executor) => Promise<void>,
  ): Promise<AddOutcome> {
    try {
      return await this.#database.transaction(async (tx) => {
        // One at a time for one player: else two that count at the same moment do not see each other.
        await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`passkey ${owner.playerId}`}, 0))`);
        const rows = await tx.select({ held: count() }).from(passkey).where(ownPasskeys(environmentId, owner.playerId));
        if ((rows[0]?.held ?? 0) >= max) return "too_many" as const;
        await tx.insert(passkey).values({ environmentId, ...owner, ...added });
        await also(tx);
        return "added" as const;
      });
    } catch (error) {
      if (databaseErrorCode(error) === UNIQUE_VIOLATION) return "exists";
      throw error;
    }
  }

  /** Notes a use: from counter `before` to `after`, unless another use was quicker; says whether it did. */
  async used(environmentId: EnvironmentId, id: string, before: number, after: number, now: Date): Promise<boolean> {
    const rows = await this.#database.query((db) =>
      db
        .update(passkey)
        .set({ counter: after, lastUsedAt: now })
        .where(and(eq(passkey.environmentId, environmentId), eq(passkey.id, id), eq(passkey.counter, before)))
        .returning({ id: passkey.id }),
    );
    return rows.length === 1;
  }

  /** Removes a passkey of this player and does `also` in the same transaction; says whether there was one. */
  async remove(
    environmentId: EnvironmentId,
    playerId: string,
    id: string,
    also: (tx: Executor) => Promise<void>,
  ): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      const rows = await tx
        .delete(passkey)
        .where(and(ownPasskeys(environmentId, playerId), eq(passkey.id, id)))
        .returning({ id: passkey.id });
      if (rows.length === 1) await also(tx);
      return rows.length === 1;
    });
  }
}

function ownPasskeys(environmentId: EnvironmentId, playerId: string) {
  return and(eq(passkey.environmentId, environmentId), eq(passkey.playerId, playerId));
}
