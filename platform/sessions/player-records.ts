// What sessions keep of a player: how it is given to them, and how it is deleted.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { toSessionView } from "./session-view.ts";
import { SessionStore } from "./store.ts";

/** The sessions of players, for the export and the deletion of all that is kept of one. Nothing of a token is given out. */
export function sessionRecords(database: Database) {
  const store = new SessionStore(database);
  return {
    name: "sessions",
    tables: ["session"],
    export: async (environmentId: EnvironmentId, playerId: string): Promise<unknown> =>
      (await store.ofPlayer(environmentId, playerId)).map((stored) => ({
        ...toSessionView(stored),
        ...(stored.endedAtMs === undefined ? {} : { endedAt: new Date(stored.endedAtMs).toISOString() }),
        ...(stored.endReason === undefined ? {} : { endReason: stored.endReason }),
      })),
    delete: (environmentId: EnvironmentId, playerId: string, tx: Executor): Promise<void> =>
      store.removeOfPlayer(environmentId, playerId, tx),
  };
}
