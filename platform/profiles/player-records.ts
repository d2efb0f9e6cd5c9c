// What profiles keep of a player.
import { and, eq } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import type { PlayerRecords } from "../privacy/player-records.ts";
import { displayNameChange, profile } from "./schema.ts";
import { ProfileStore } from "./store.ts";

/** The profile, all of its values, and past names. */
export function profileRecords(database: Database): PlayerRecords {
  const store = new ProfileStore(database);
  return {
    name: "profile",
    tables: ["profile", "display_name_change"],
    export: (environmentId, playerId) =>
      store.query(async (db) => ({
        ...(await store.find(environmentId, playerId, db)),
        previousNames: await store.pastNames(environmentId, playerId, db),
      })),
    delete: async (environmentId, playerId, tx) => {
      for (const table of [profile, displayNameChange]) {
        await tx.delete(table).where(and(eq(table.environmentId, environmentId), eq(table.playerId, playerId)));
      }
    },
  };
}
