// Reads and writes the keys that sign tokens.
import { asc, eq } from "drizzle-orm";
import type { JWK } from "jose";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database } from "../db/database.ts";
import { signingKey } from "./schema.ts";

/** A stored key; it signs while it is not retired. */
export interface StoredKey {
  readonly kid: string;
  readonly privateJwk: JWK;
  readonly isRetired: boolean;
}

/** Signing keys, kept so that tokens survive a restart. Throws `service.unavailable` while the database is away. */
export class SigningKeyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Every key of an environment, oldest first. */
  async all(environmentId: EnvironmentId): Promise<StoredKey[]> {
    const rows = await this.#database.query((db) =>
      db
        .select()
        .from(signingKey)
        .where(eq(signingKey.environmentId, environmentId))
        .orderBy(asc(signingKey.createdAt)),
    );
    return rows.map(({ kid, privateJwk, retiredAt }) => ({ kid, privateJwk, isRetired: retiredAt !== null }));
  }

  /** Adds an environment's signing key, unless there is one already: another process may have been quicker. */
  async addFirst(environmentId: EnvironmentId, kid: string, privateJwk: JWK): Promise<void> {
    await this.#database.query((db) =>
      db.insert(signingKey).values({ environmentId, kid, privateJwk }).onConflictDoNothing(),
    );
  }
}
