// What accounts keep of a player: the player itself, and the identities that lead to it.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { IdentityStore } from "./identity-store.ts";
import { AccountStore } from "./store.ts";

/**
 * A player's record and identities, for its owner to have and for good to be deleted. The hashes by which identities are
 * found are not given away. Deleting also takes those who were merged into the player. Must be the last module to delete.
 */
export function accountRecords(database: Database) {
  const accounts = new AccountStore(database);
  const identities = new IdentityStore(database);
  return {
    name: "account",
    tables: ["player", "identity"],
    export: async (environmentId: EnvironmentId, playerId: string): Promise<unknown> => {
      const found = await accounts.find(environmentId, playerId);
      if (found === undefined) return undefined;
      const { id, displayName, createdAt } = found;
      const linked = await identities.list(environmentId, playerId);
      return {
        playerId: id,
        displayName,
        createdAt: createdAt.toISOString(),
        identities: linked.map((one) => ({
          provider: one.provider,
          email: one.email ?? undefined,
          displayName: one.displayName ?? undefined,
          linkedAt: one.createdAt.toISOString(),
        })),
      };
    },
    delete: (environmentId: EnvironmentId, playerId: string, tx: Executor): Promise<void> =>
      accounts.delete(environmentId, playerId, tx),
  };
}
