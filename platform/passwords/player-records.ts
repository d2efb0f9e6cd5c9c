// What is kept of a player's password.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { PasswordStore } from "./store.ts";

/** When the password was set, to be given to its owner, and the hash, to be deleted alone. */
export function passwordRecords(database: Database) {
  const store = new PasswordStore(database);
  return {
    name: "password",
    tables: ["password"],
    export: async (environmentId: EnvironmentId, playerId: string): Promise<unknown> => {
      const changedAt = await store.changedAt(environmentId, playerId);
      return changedAt === undefined ? undefined : { setAt: changedAt.toISOString() };
    },
    delete: (environmentId: EnvironmentId, playerId: string, tx: Executor): Promise<void> =>
      store.remove(environmentId, playerId, tx),
  };
}
