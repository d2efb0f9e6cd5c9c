// The registry of game servers: their last heartbeats, in the ephemeral store, forgotten when they fall silent.
import { GameServerHeartbeat, HEARTBEAT } from "../../shared/schema/platform/index.ts";
import type { EphemeralStore } from "../ephemeral/store.ts";

const SET = "game-servers";

/** A game server that said it lives, less than `HEARTBEAT.expiryMs` ago. */
export interface GameServer extends GameServerHeartbeat {
  readonly serverId: string;
}

/** A heartbeat as it is stored, and what it says. */
interface Parsed {
  readonly value: string;
  readonly server: GameServer | undefined;
}

/** Game servers by id. Throws `service.unavailable` while the ephemeral store is away. */
export class GameServerStore {
  readonly #ephemeral: EphemeralStore;
  /** What the last look found, by name: a heartbeat that has not changed since is not read again. */
  #parsed: ReadonlyMap<string, Parsed> = new Map();

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
    const parsed = new Map<string, Parsed>();
    for (const { name, value } of members) {
      const last = this.#parsed.get(name);
      parsed.set(name, last?.value === value ? last : { value, server: serverOf(name, value) });
    }
    this.#parsed = parsed;
    return [...parsed.values()].flatMap(({ server }) => server ?? []);
  }
}

/** A newer platform may have stored a heartbeat that this one does not understand: it is skipped, and nothing fails. */
function serverOf(serverId: string, value: string): GameServer | undefined {
  const heartbeat = GameServerHeartbeat.safeParse(JSON.parse(value));
  return heartbeat.success ? { serverId, ...heartbeat.data } : undefined;
}
