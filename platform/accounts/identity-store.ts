// Reads and writes the identities of players who are locked: whoever changes where an identity leads holds every player it concerns.
import { and, asc, eq, inArray } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { identity, player } from "./schema.ts";
import { type Identity, isIdentity, lockPlayers, type NewIdentity } from "./store.ts";
import { uuidV7 } from "./uuid-v7.ts";

/** An identity that leads to a player. */
export interface StoredIdentity extends Identity {
  readonly id: string;
  readonly playerId: string;
  readonly email: string | null;
  readonly displayName: string | null;
  readonly createdAt: Date;
}

/** Identities of one environment. Throws `service.unavailable` while the database is away. */
export class IdentityStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A player's identities, oldest first. */
  list(environmentId: EnvironmentId, playerId: string, tx?: Executor): Promise<StoredIdentity[]> {
    const read = (db: Executor) =>
      db
        .select(COLUMNS)
        .from(identity)
        .where(and(eq(identity.environmentId, environmentId), eq(identity.playerId, playerId)))
        .orderBy(asc(identity.createdAt), asc(identity.id));
    return tx === undefined ? this.#database.query(read) : read(tx);
  }

  /**
   * Runs `work` in a transaction with these players locked. Throws `auth.invalid` for a player who does not exist, and
   * `account.merged` for one that is another by now.
   */
  locked<Result>(
    environmentId: EnvironmentId,
    playerIds: readonly string[],
    work: (tx: Executor) => Promise<Result>,
  ): Promise<Result> {
    return this.#database.transaction(async (tx) => {
      await lockPlayers(environmentId, playerIds, tx);
      return work(tx);
    });
  }

  /** The identity, wherever it leads, or undefined. */
  async find(environmentId: EnvironmentId, who: Identity, tx: Executor): Promise<StoredIdentity | undefined> {
    const rows = await tx.select(COLUMNS).from(identity).where(isIdentity(environmentId, who));
    return rows[0];
  }

  /** Adds an identity of a locked player. Returns undefined when it exists, whoever's it is. */
  async add(
    environmentId: EnvironmentId,
    playerId: string,
    who: NewIdentity,
    tx: Executor,
  ): Promise<StoredIdentity | undefined> {
    const rows = await tx
      .insert(identity)
      .values({ environmentId, id: uuidV7(), playerId, ...who })
      .onConflictDoNothing()
      .returning(COLUMNS);
    return rows[0];
  }

  /** Lets an identity of one locked player lead to another. */
  async move(environmentId: EnvironmentId, ids: readonly string[], to: string, tx: Executor): Promise<void> {
    if (ids.length === 0) return;
    await tx
      .update(identity)
      .set({ playerId: to })
      .where(and(eq(identity.environmentId, environmentId), inArray(identity.id, [...ids])));
  }

  /** Removes an identity of a locked player. */
  async remove(environmentId: EnvironmentId, id: string, tx: Executor): Promise<void> {
    await tx.delete(identity).where(and(eq(identity.environmentId, environmentId), eq(identity.id, id)));
  }

  /** Marks a locked player as merged, and whoever was merged into it before. */
  async markMerged(environmentId: EnvironmentId, from: string, into: string, tx: Executor): Promise<void> {
    const inEnvironment = eq(player.environmentId, environmentId);
    await tx
      .update(player)
      .set({ mergedInto: into })
      .where(and(inEnvironment, eq(player.mergedInto, from)));
    await tx
      .update(player)
      .set({ mergedInto: into })
      .where(and(inEnvironment, eq(player.id, from)));
  }
}

const COLUMNS = {
  id: identity.id,
  provider: identity.provider,
  subjectHash: identity.subjectHash,
  playerId: identity.playerId,
  email: identity.email,
  displayName: identity.displayName,
  createdAt: identity.createdAt,
};
