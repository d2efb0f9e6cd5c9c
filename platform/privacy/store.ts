// Reads and writes scheduled deletions.
import { and, asc, eq, lte } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { playerDeletion } from "./schema.ts";

/** A deletion that is scheduled. */
export interface Deletion {
  readonly environmentId: EnvironmentId;
  readonly playerId: string;
  readonly requestedAt: Date;
  readonly dueAt: Date;
}

const COLUMNS = {
  environmentId: playerDeletion.environmentId,
  playerId: playerDeletion.playerId,
  requestedAt: playerDeletion.requestedAt,
  dueAt: playerDeletion.dueAt,
};

/** Scheduled deletions. Throws `service.unavailable` while the database is away. */
export class DeletionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Runs `work` in one transaction. */
  transaction<Result>(work: (tx: Executor) => Promise<Result>): Promise<Result> {
    return this.#database.transaction(work);
  }

  /** The deletion of a player, or undefined. */
  async find(environmentId: EnvironmentId, playerId: string): Promise<Deletion | undefined> {
    const rows = await this.#database.query((db) =>
      db.select(COLUMNS).from(playerDeletion).where(isOf(environmentId, playerId)),
    );
    return rows[0];
  }

  /** Schedules a deletion, and says whether there was none; an older one stays as it is. */
  async add(deletion: Deletion, tx: Executor): Promise<boolean> {
    const rows = await tx
      .insert(playerDeletion)
      .values({ ...deletion, retryAt: deletion.dueAt })
      .onConflictDoNothing()
      .returning({ playerId: playerDeletion.playerId });
    return rows.length > 0;
  }

  /** Takes a deletion back, and says whether there was one. */
  async remove(environmentId: EnvironmentId, playerId: string, tx: Executor): Promise<boolean> {
    const rows = await tx
      .delete(playerDeletion)
      .where(isOf(environmentId, playerId))
      .returning({ playerId: playerDeletion.playerId });
    return rows.length > 0;
  }

  /** Claims one deletion that is due, until `tx` ends; another process claims another one. */
  async claimDue(now: Date, tx: Executor): Promise<Deletion | undefined> {
    const rows = await tx
      .select(COLUMNS)
      .from(playerDeletion)
      .where(lte(playerDeletion.retryAt, now))
      .orderBy(asc(playerDeletion.retryAt))
      .limit(1)
      .for("update", { skipLocked: true });
    return rows[0];
  }

  /** Puts a deletion off that failed. */
  async retryAt(environmentId: EnvironmentId, playerId: string, at: Date): Promise<void> {
    await this.#database.query((db) =>
      db.update(playerDeletion).set({ retryAt: at }).where(isOf(environmentId, playerId)),
    );
  }
}

function isOf(environmentId: EnvironmentId, playerId: string) {
  return and(eq(playerDeletion.environmentId, environmentId), eq(playerDeletion.playerId, playerId));
}
