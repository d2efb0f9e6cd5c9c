// What becomes of passwords when players are merged or lose their address.
import type { PlayerModule } from "../accounts/player-modules.ts";
import { canUsePassword } from "./service.ts";
import type { PasswordStore } from "./store.ts";

/**
 * The player who stays keeps its password, and takes over the other's if it has none. A password without an e-mail identity
 * is of no use, and goes: it must not come back to life with the next address.
 */
export function passwordModule(store: PasswordStore): PlayerModule {
  return {
    name: "password",
    tables: ["password"],
    rules: ["keep"],
    merge: async (environmentId, { into, from }, tx) => {
      await store.move(environmentId, from, into, tx);
      await store.remove(environmentId, from, tx);
    },
    unlinked: async (environmentId, playerId, left, tx) => {
      if (!canUsePassword(left)) await store.remove(environmentId, playerId, tx);
    },
  };
}
