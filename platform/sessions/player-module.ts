// What becomes of the sessions of a player who is merged into another one.
import type { PlayerModule } from "../accounts/player-modules.ts";
import type { SessionStore } from "./store.ts";

/**
 * They end with the merge, in its own transaction: whoever is killed after it leaves no session that acts as a player who is
 * another by now. The rows stay as the history that they are, and tell game servers in their next heartbeat.
 */
export function sessionModule(store: Pick<SessionStore, "end">): PlayerModule {
  return {
    name: "session",
    tables: ["session"],
    rules: ["end"],
    merge: async (environmentId, { from }, tx) => {
      await store.end(environmentId, { playerId: from }, "account_closed", Date.now(), tx);
    },
  };
}
