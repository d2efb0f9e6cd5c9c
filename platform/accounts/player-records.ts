// What accounts keep of a player: that there is one, and how they sign in.
import { and, asc, eq } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import type { PlayerRecords } from "../privacy/player-records.ts";
import { identity, player } from "./schema.ts";

/** The player and the identities. Deleting them is the end of the player: every other module comes before. */
export function accountRecords(database: Database): PlayerRecords {
  return {
    name: "account",
    tables: ["player", "identity"],
    export: (environmentId, playerId) =>
      database.query(async (db) => {
        const ofPlayer = and(eq(identity.environmentId, environmentId), eq(identity.playerId, playerId));
        const players = await db
          .select({ playerId: player.id, displayName: player.displayName, createdAt: player.createdAt })
          .from(player)
          .where(and(eq(player.environmentId, environmentId), eq(player.id, playerId)));
        if (players[0] === undefined) return undefined;
        // What identifies them at a provider is kept as a hash alone, which tells nobody anything.
        const identities = await db
          .select({ provider: identity.provider, createdAt: identity.createdAt })
          .from(identity)
          .where(ofPlayer)
          .orderBy(asc(identity.createdAt));
        return { ...players[0], identities };
      }),
    delete: async (environmentId, playerId, tx) => {
      await tx.delete(identity).where(and(eq(identity.environmentId, environmentId), eq(identity.playerId, playerId)));
      await tx.delete(player).where(and(eq(player.environmentId, environmentId), eq(player.id, playerId)));
    },
  };
}
