// The registry of game servers: their last heartbeats, in the ephemeral store, forgotten when they fall silent.
import { GameServerHeartbeat, HEARTBEAT } from "../../shared/schema/platform/index.ts";
import type { EphemeralStore } from "../ephemeral/store.ts";

const SET = "game-servers";

/** A game server that said it lives, less than `HEARTBEAT.expiryMs` ago. */
export interface GameServer extends GameServerHeartbeat {
  readonly serverId: string;
}

/** Game servers by id. Throws `service.unavailable` while the ephemeral store is away. */
export class GameServerStore {
  readonly #ephemeral: EphemeralStore;

  constructor(ephemeral: EphemeralStore) {
    this.#ephemeral = ephemeral;
  }

  /** Remembers a heartbeat for `HEARTBEAT.expiryMs`. */
  async put(serverId: string, heartbeat: GameServerHeartbeat): Promise<void> {
    await this.#ephemeral.putMember(SET, serverId, JSON.stringify(heartbeat), HEARTBEAT.expiryMs);
  }

  /** Forgets a game server at once, and says whether it was known. */
  async remove(serverId: string): Promise<boolean> {
    return this.#ephemeral.removeMember(SET, serverId);
  }

  /** Every game server with a living heartbeat. */
  async live(): Promise<GameServer[]> {
    const members = await this.#ephemeral.members(SET);
    // A newer platform may have stored a heartbeat that this one does not understand: skip it, do not fail.
    return members.flatMap(({ name, value }) => {
      const heartbeat = GameServerHeartbeat.safeParse(JSON.parse(value));
      return heartbeat.success ? [{ serverId: name, ...heartbeat.data }] : [];
    });
  }
}
