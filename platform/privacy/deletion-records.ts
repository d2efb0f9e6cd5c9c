// What this module itself keeps of a player: when they asked to be deleted.
import type { Database } from "../db/database.ts";
import type { PlayerRecords } from "./player-records.ts";
import { DeletionStore } from "./store.ts";

/** The scheduled deletion. */
export function deletionRecords(database: Database): PlayerRecords {
  const store = new DeletionStore(database);
  return {
    name: "deletion",
    tables: ["player_deletion"],
    export: async (environmentId, playerId) => {
      const scheduled = await store.find(environmentId, playerId);
      return scheduled && { requestedAt: scheduled.requestedAt, deletesAt: scheduled.dueAt };
    },
    delete: async (environmentId, playerId, tx) => {
      await store.remove(environmentId, playerId, tx);
    },
  };
}
