// Reads and writes the keys that sign tokens.
import { and, asc, eq, isNull, lt, sql } from "drizzle-orm";
import type { JWK } from "jose";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { signingKey } from "./schema.ts";

/** A stored key: `next` is published and will sign soon, `signing` signs, `retired` only verifies. */
export interface StoredKey {
  readonly kid: string;
  readonly privateJwk: JWK;
  readonly state: "next" | "signing" | "retired";
  readonly activatesAt: Date;
}

/** What is written in the same transaction as a new key: its entry in the audit log. */
export type NotedKey = (kid: string, tx: Executor) => Promise<void>;

/** Signing keys, kept so that tokens survive a restart. Throws `service.unavailable` while the database is away. */
export class SigningKeyStore {
  readonly #database: Database;
  readonly #retiredSeconds: number;

  /** `retiredSeconds` is for how long a key is still given out after it has stopped to sign. */
  constructor(database: Database, retiredSeconds: number) {
    this.#database = database;
    this.#retiredSeconds = retiredSeconds;
  }

  /** Every key of an environment that still verifies, oldest first. The database's clock says which of them signs. */
  async all(environmentId: EnvironmentId): Promise<StoredKey[]> {
    const rows = await this.#database.query((db) =>
      db
        .select({
          kid: signingKey.kid,
          privateJwk: signingKey.privateJwk,
          activatesAt: signingKey.activatesAt,
          state: sql<StoredKey["state"]>`case when ${signingKey.activatesAt} > now() then 'next'
            when ${signingKey.retiredAt} is null or ${signingKey.retiredAt} > now() then 'signing' else 'retired' end`,
        })
        .from(signingKey)
        .where(and(eq(signingKey.environmentId, environmentId), sql`not ${this.#isDone()}`))
        .orderBy(asc(signingKey.activatesAt), asc(signingKey.kid)),
    );
    return rows;
  }

  /** Adds an environment's signing key, unless there is one already: another process may have been quicker. */
  async addFirst(environmentId: EnvironmentId, kid: string, privateJwk: JWK): Promise<void> {
    await this.#database.query((db) =>
      db.insert(signingKey).values({ environmentId, kid, privateJwk }).onConflictDoNothing(),
    );
  }

  /**
   * Adds a key that signs in `leadMs`, when the one that signs now retires; and removes those that are done. Returns false,
   * and changes nothing, while the newest key does not sign yet.
   */
  async rotate(
    environmentId: EnvironmentId,
    kid: string,
    privateJwk: JWK,
    leadMs: number,
    noted: NotedKey,
  ): Promise<boolean> {
    const then = sql`now() + ${leadMs} * interval '1 millisecond'`;
    return this.#database.transaction(async (tx) => {
      const newest = and(eq(signingKey.environmentId, environmentId), isNull(signingKey.retiredAt));
      const retired = await tx
        .update(signingKey)
        .set({ retiredAt: then })
        .where(and(newest, lt(signingKey.activatesAt, sql`now()`)))
        .returning({ kid: signingKey.kid });
      if (retired.length === 0) return false;
      await tx.delete(signingKey).where(and(eq(signingKey.environmentId, environmentId), this.#isDone()));
      await tx.insert(signingKey).values({ environmentId, kid, privateJwk, activatesAt: then });
      await noted(kid, tx);
      return true;
    });
  }

  /** Removes every key of the environment, and adds one that signs at once. */
  async replaceAll(environmentId: EnvironmentId, kid: string, privateJwk: JWK, noted: NotedKey): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await tx.delete(signingKey).where(eq(signingKey.environmentId, environmentId));
      await tx.insert(signingKey).values({ environmentId, kid, privateJwk });
      await noted(kid, tx);
    });
  }

  #isDone() {
    const kept = sql`${this.#retiredSeconds} * interval '1 second'`;
    return sql`(${signingKey.retiredAt} is not null and ${signingKey.retiredAt} + ${kept} < now())`;
  }
}
