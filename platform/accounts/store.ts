// Reads and writes players and identities.
import { and, eq } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import { type Database, databaseErrorCode, UNIQUE_VIOLATION } from "../db/database.ts";
import { identity, player } from "./schema.ts";

/** A player as the rest of the platform knows one. */
export interface Player {
  readonly id: string;
  readonly displayName: string;
}

/** Who somebody is to a provider: `subjectHash` is the SHA-256 of the provider's own name for them, in hex. */
export interface Identity {
  readonly provider: string;
  readonly subjectHash: string;
}

/** Players of one environment, by id and by identity. Throws `service.unavailable` while the database is away. */
export class AccountStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The player with this id, or undefined. */
  async find(environmentId: EnvironmentId, id: string): Promise<Player | undefined> {
    const rows = await this.#database.query((db) =>
      db
        .select({ id: player.id, displayName: player.displayName })
        .from(player)
        .where(and(eq(player.environmentId, environmentId), eq(player.id, id))),
    );
    return rows[0];
  }

  /** The player who signs in as `who`, or undefined. */
  async findByIdentity(environmentId: EnvironmentId, who: Identity): Promise<Player | undefined> {
    const rows = await this.#database.query((db) =>
      db
        .select({ id: player.id, displayName: player.displayName })
        .from(identity)
        .innerJoin(player, and(eq(player.environmentId, identity.environmentId), eq(player.id, identity.playerId)))
        .where(
          and(
            eq(identity.environmentId, environmentId),
            eq(identity.provider, who.provider),
            eq(identity.subjectHash, who.subjectHash),
          ),
        ),
    );
    return rows[0];
  }

  /** Adds a player who signs in as `who`, both or neither. Returns false when somebody else added `who` first. */
  async add(environmentId: EnvironmentId, newPlayer: Player, who: Identity): Promise<boolean> {
    try {
      await this.#database.transaction(async (tx) => {
        await tx.insert(player).values({ environmentId, ...newPlayer });
        await tx.insert(identity).values({ environmentId, ...who, playerId: newPlayer.id });
      });
      return true;
    } catch (error) {
      if (databaseErrorCode(error) === UNIQUE_VIOLATION) return false;
      throw error;
    }
  }
}
