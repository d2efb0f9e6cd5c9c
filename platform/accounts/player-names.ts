// The names of players, for the module that judges them: reads and changes `player.display_name`.
import { and, eq } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { player } from "./schema.ts";

/** A player's name, and since when there is this player. */
export interface NamedPlayer {
  readonly displayName: string;
  readonly createdAt: Date;
}

/** Names by player. What a name may be is not decided here. */
export class PlayerNames {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The player's name, or undefined when there is no such player. */
  async find(environmentId: EnvironmentId, playerId: string): Promise<NamedPlayer | undefined> {
    const rows = await this.#database.query((db) => select(db, environmentId, playerId));
    return rows[0];
  }

  /** As `find` inside a transaction, which then is the only one that locks this player until it ends. */
  async lock(environmentId: EnvironmentId, playerId: string, tx: Executor): Promise<NamedPlayer | undefined> {
    const rows = await select(tx, environmentId, playerId).for("no key update");
    return rows[0];
  }

  /** Gives the player another name. */
  async rename(environmentId: EnvironmentId, playerId: string, displayName: string, tx: Executor): Promise<void> {
    await tx.update(player).set({ displayName }).where(isPlayer(environmentId, playerId));
  }
}

function select(db: Executor, environmentId: EnvironmentId, playerId: string) {
  const columns = { displayName: player.displayName, createdAt: player.createdAt };
  return db.select(columns).from(player).where(isPlayer(environmentId, playerId));
}

function isPlayer(environmentId: EnvironmentId, playerId: string) {
  return and(eq(player.environmentId, environmentId), eq(player.id, playerId));
}
