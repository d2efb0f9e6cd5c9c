// What bans keep of a player: how it is given to them, and how it is deleted.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { BanStore } from "./store.ts";

/** Most bans of one player that an export lists, the newest first. */
const MAX_EXPORTED = 1_000;

/**
 * The bans of accounts. Those of devices and addresses name no player, and stay: they are for whoever comes from there. Who
 * placed a ban is not the player's to know.
 */
export function banRecords(database: Database) {
  const store = new BanStore(database);
  return {
    name: "bans",
    tables: ["ban"],
    export: async (environmentId: EnvironmentId, playerId: string): Promise<unknown> => {
      const filter = { playerId, isActiveOnly: false, limit: MAX_EXPORTED };
      const found = await store.list(environmentId, filter, Date.now());
      return found.map(({ id, reason, appealNote, createdAt, expiresAt, liftedAt }) => ({
        banId: id,
        reason,
        ...(appealNote === null ? {} : { appealNote }),
        createdAt: createdAt.toISOString(),
        ...(expiresAt === null ? {} : { expiresAt: expiresAt.toISOString() }),
        ...(liftedAt === null ? {} : { liftedAt: liftedAt.toISOString() }),
      }));
    },
    delete: (environmentId: EnvironmentId, playerId: string, tx: Executor): Promise<void> =>
      store.removeOfPlayer(environmentId, playerId, tx),
  };
}
