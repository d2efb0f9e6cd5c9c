// Reads and writes the hashes of passwords.
import { and, eq } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { password } from "./schema.ts";

/** Passwords of one environment. Throws `service.unavailable` while the database is away. */
export class PasswordStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The hash of the player's password, or undefined. */
  async find(environmentId: EnvironmentId, playerId: string, tx?: Executor): Promise<string | undefined> {
    const read = (db: Executor) =>
      db.select({ hash: password.hash }).from(password).where(isOf(environmentId, playerId));
    const rows = await (tx === undefined ? this.#database.query(read) : read(tx));
    return rows[0]?.hash;
  }

  /** When the player's password was set, or undefined. */
  async changedAt(environmentId: EnvironmentId, playerId: string): Promise<Date | undefined> {
    const rows = await this.#database.query((db) =>
      db.select({ changedAt: password.changedAt }).from(password).where(isOf(environmentId, playerId)),
    );
    return rows[0]?.changedAt;
  }

  /** Sets the player's password, whatever it was. */
  async set(
    environmentId: EnvironmentId,
    playerId: string,
    hash: string,
    changedAt: Date,
    tx: Executor,
  ): Promise<void> {
    await tx
      .insert(password)
      .values({ environmentId, playerId, hash, changedAt })
      .onConflictDoUpdate({ target: [password.environmentId, password.playerId], set: { hash, changedAt } });
  }

  /** Puts another hash in the place of exactly this one, and says whether it was there: the password may have changed since. */
  async replace(
    environmentId: EnvironmentId,
    playerId: string,
    { from, to }: { from: string; to: string },
    changedAt: Date | undefined,
    tx?: Executor,
  ): Promise<boolean> {
    const write = (db: Executor) =>
      db
        .update(password)
        .set({ hash: to, ...(changedAt === undefined ? {} : { changedAt }) })
        .where(and(isOf(environmentId, playerId), eq(password.hash, from)))
        .returning({ playerId: password.playerId });
    return (await (tx === undefined ? this.#database.query(write) : write(tx))).length > 0;
  }

  /** Gives the password of one player to another who has none. */
  async move(environmentId: EnvironmentId, from: string, into: string, tx: Executor): Promise<void> {
    if ((await this.find(environmentId, into, tx)) !== undefined) return;
    await tx.update(password).set({ playerId: into }).where(isOf(environmentId, from));
  }

  /** Removes the player's password. */
  async remove(environmentId: EnvironmentId, playerId: string, tx: Executor): Promise<void> {
    await tx.delete(password).where(isOf(environmentId, playerId));
  }

  /** Runs `work` in one transaction. */
  transaction<Result>(work: (tx: Executor) => Promise<Result>): Promise<Result> {
    return this.#database.transaction(work);
  }
}

function isOf(environmentId: EnvironmentId, playerId: string) {
  return and(eq(password.environmentId, environmentId), eq(password.playerId, playerId));
}
