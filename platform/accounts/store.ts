// Reads and writes players, and who signs in as them.
import { and, asc, eq, inArray, isNotNull } from "drizzle-orm";
import { AppError } from "../../shared/schema/errors.ts";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import { type Database, databaseErrorCode, type Executor, UNIQUE_VIOLATION } from "../db/database.ts";
import { identity, player, providerSettings } from "./schema.ts";
import { uuidV7 } from "./uuid-v7.ts";

/** A player as the rest of the platform knows one. */
export interface Player {
  readonly id: string;
  readonly displayName: string;
}

/** A player, with when it was made and whom it became, if it was merged. */
export interface PlayerRecord extends Player {
  readonly createdAt: Date;
  readonly mergedInto: string | null;
}

/** Who somebody is to a provider: `subjectHash` is the SHA-256 of the provider's own name for them, in hex. */
export interface Identity {
  readonly provider: string;
  readonly subjectHash: string;
}

/** An identity to be stored, with what the provider told beside it. */
export interface NewIdentity extends Identity {
  readonly email?: string | undefined;
  readonly displayName?: string | undefined;
}

/** The columns of `PlayerRecord`. */
export const PLAYER_COLUMNS = {
  id: player.id,
  displayName: player.displayName,
  createdAt: player.createdAt,
  mergedInto: player.mergedInto,
};

/** The condition for one player of an environment. */
export function isPlayer(environmentId: EnvironmentId, id: string) {
  return and(eq(player.environmentId, environmentId), eq(player.id, id));
}

/** The condition for one identity of an environment. */
export function isIdentity(environmentId: EnvironmentId, { provider, subjectHash }: Identity) {
  return and(
    eq(identity.environmentId, environmentId),
    eq(identity.provider, provider),
    eq(identity.subjectHash, subjectHash),
  );
}

/**
 * Locks players until the transaction ends, always in the order of their ids, so that two who want the same ones never wait
 * for each other. Throws `auth.invalid` for a player who does not exist, and `account.merged` for one that is another by now.
 */
export async function lockPlayers(environmentId: EnvironmentId, ids: readonly string[], tx: Executor): Promise<void> {
  const rows = await tx
    .select(PLAYER_COLUMNS)
    .from(player)
    .where(and(eq(player.environmentId, environmentId), inArray(player.id, [...ids])))
    .orderBy(asc(player.id))
    .for("update");
  for (const id of ids) {
    const found = rows.find((row) => row.id === id);
    if (found === undefined) {
      throw new AppError("auth.invalid", "The player of this token does not exist. Sign in again.");
    }
    if (found.mergedInto !== null) {
      throw new AppError("account.merged", "This player was merged into another one. Sign in again.");
    }
  }
}

/** Players of one environment, by id and by identity. Throws `service.unavailable` while the database is away. */
export class AccountStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The player with this id, or undefined. */
  async find(environmentId: EnvironmentId, id: string): Promise<PlayerRecord | undefined> {
    const rows = await this.#database.query((db) =>
      db.select(PLAYER_COLUMNS).from(player).where(isPlayer(environmentId, id)),
    );
    return rows[0];
  }

  /** The player who signs in as `who`, or undefined. */
  async findByIdentity(environmentId: EnvironmentId, who: Identity): Promise<PlayerRecord | undefined> {
    const rows = await this.#database.query((db) =>
      db
        .select(PLAYER_COLUMNS)
        .from(identity)
        .innerJoin(player, and(eq(player.environmentId, identity.environmentId), eq(player.id, identity.playerId)))
        .where(isIdentity(environmentId, who)),
    );
    return rows[0];
  }

  /** Adds a player who signs in as `who`, both or neither. Returns false when somebody else added `who` first. */
  async add(environmentId: EnvironmentId, newPlayer: Player, who: NewIdentity): Promise<boolean> {
    try {
      await this.#database.transaction(async (tx) => {
        await tx.insert(player).values({ environmentId, ...newPlayer });
        await tx.insert(identity).values({ environmentId, id: uuidV7(), ...who, playerId: newPlayer.id });
      });
      return true;
    } catch (error) {
      if (databaseErrorCode(error) === UNIQUE_VIOLATION) return false;
      throw error;
    }
  }

  /** Deletes a player with the identities that lead to it, and with whoever was merged into it. */
  async delete(environmentId: EnvironmentId, id: string, tx: Executor): Promise<void> {
    await tx.delete(player).where(isPlayer(environmentId, id));
  }

  /** The address of the player's oldest identity of `provider`, or undefined. */
  async addressOf(environmentId: EnvironmentId, playerId: string, provider: string): Promise<string | undefined> {
    const rows = await this.#database.query((db) =>
      db
        .select({ email: identity.email })
        .from(identity)
        .where(
          and(
            eq(identity.environmentId, environmentId),
            eq(identity.playerId, playerId),
            eq(identity.provider, provider),
            isNotNull(identity.email),
          ),
        )
        .orderBy(asc(identity.createdAt), asc(identity.id))
        .limit(1),
    );
    return rows[0]?.email ?? undefined;
  }

  /** Locks a living player, and gives the providers of its identities. Throws as `lockPlayers`. */
  async lock(environmentId: EnvironmentId, playerId: string, tx: Executor): Promise<string[]> {
    await lockPlayers(environmentId, [playerId], tx);
    const rows = await tx
      .select({ provider: identity.provider })
      .from(identity)
      .where(and(eq(identity.environmentId, environmentId), eq(identity.playerId, playerId)));
    return rows.map(({ provider }) => provider);
  }

  /** The document of the environment's providers, or undefined where there is none. */
  async providerDocument(environmentId: EnvironmentId): Promise<unknown> {
    const rows = await this.#database.query((db) =>
      db
        .select({ document: providerSettings.document })
        .from(providerSettings)
        .where(eq(providerSettings.environmentId, environmentId)),
    );
    return rows[0]?.document;
  }

  /** Stores the document of the environment's providers, in place of the one before. */
  async setProviderDocument(environmentId: EnvironmentId, document: unknown, now: Date): Promise<void> {
    await this.#database.query((db) =>
      db
        .insert(providerSettings)
        .values({ environmentId, document, updatedAt: now })
        .onConflictDoUpdate({ target: providerSettings.environmentId, set: { document, updatedAt: now } }),
    );
  }
}
