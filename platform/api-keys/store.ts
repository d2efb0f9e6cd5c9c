// Reads and writes keys of operators and game servers.
import { and, asc, count, eq, isNull, sql } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { apiKey } from "./schema.ts";

/** A key as it is stored. */
export type StoredApiKey = typeof apiKey.$inferSelect;

/** What is written in the same transaction as a change: its entry in the audit log. */
export type Noted = (tx: Executor) => Promise<void>;

/** Keys by environment. Throws `service.unavailable` while the database is away. */
export class ApiKeyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The key with this id, of whichever environment: a credential says its id alone. Undefined when it was revoked. */
  async findAnywhere(id: string): Promise<StoredApiKey | undefined> {
    const rows = await this.#database.query((db) =>
      db
        .select()
        .from(apiKey)
        .where(and(eq(apiKey.id, id), isNull(apiKey.revokedAt))),
    );
    return rows[0];
  }

  /** Every key of an environment that was not revoked, oldest first. */
  async all(environmentId: EnvironmentId): Promise<StoredApiKey[]> {
    return this.#database.query((db) =>
      db
        .select()
        .from(apiKey)
        .where(and(eq(apiKey.environmentId, environmentId), isNull(apiKey.revokedAt)))
        .orderBy(asc(apiKey.id)),
    );
  }

  /** Adds a key, unless the environment has `max` that were not revoked. Says whether it did. */
  async add(key: typeof apiKey.$inferInsert, max: number, noted: Noted): Promise<StoredApiKey | undefined> {
    return this.#database.transaction(async (tx) => {
      // Two at once would each find the last place: so they come one after the other.
      await tx.execute(sql`select pg_advisory_xact_lock(hashtext('api_key'), hashtext(${key.environmentId}))`);
      const living = and(eq(apiKey.environmentId, key.environmentId), isNull(apiKey.revokedAt));
      const [found] = await tx.select({ number: count() }).from(apiKey).where(living);
      if ((found?.number ?? 0) >= max) return undefined;
      const [added] = await tx.insert(apiKey).values(key).returning();
      await noted(tx);
      return added;
    });
  }

  /**
   * Gives a key a new secret, if its secret still is `was`: two rotations at once must not cut each other off. The old
   * one is good until `oldUntil`. Undefined when somebody else was quicker, or the key is gone.
   */
  async rotate(
    key: StoredApiKey,
    hash: string,
    now: Date,
    oldUntil: Date,
    noted: Noted,
  ): Promise<StoredApiKey | undefined> {
    return this.#database.transaction(async (tx) => {
      const [changed] = await tx
        .update(apiKey)
        .set({ secretHash: hash, oldSecretHash: key.secretHash, oldSecretUntil: oldUntil, rotatedAt: now })
        .where(and(this.#is(key), eq(apiKey.secretHash, key.secretHash)))
        .returning();
      if (changed !== undefined) await noted(tx);
      return changed;
    });
  }

  /** Ends a key at once. Says whether it was there. */
  async revoke(key: StoredApiKey, now: Date, noted: Noted): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      const changed = await tx.update(apiKey).set({ revokedAt: now }).where(this.#is(key)).returning({ id: apiKey.id });
      if (changed.length > 0) await noted(tx);
      return changed.length > 0;
    });
  }

  #is({ environmentId, id }: StoredApiKey) {
    return and(eq(apiKey.environmentId, environmentId), eq(apiKey.id, id), isNull(apiKey.revokedAt));
  }
}
