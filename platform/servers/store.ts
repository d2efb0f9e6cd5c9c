// The registry of game servers: their last heartbeats, in the ephemeral store, forgotten when they fall silent.
import { z } from "zod";
import { type EnvironmentId, GameServerHeartbeat, HEARTBEAT } from "../../shared/schema/platform/index.ts";
import { environmentKey } from "../environments/environment-key.ts";
import type { EphemeralStore } from "../ephemeral/store.ts";

/** A game server that said it lives, less than `HEARTBEAT.expiryMs` ago, and the id of the server key it said so with. */
export interface GameServer extends GameServerHeartbeat {
  readonly serverId: string;
  readonly keyId: string;
}

/** A heartbeat as it is stored, and what it says. */
interface Parsed {
  readonly value: string;
  readonly server: GameServer | undefined;
}

const Stored = GameServerHeartbeat.extend({ keyId: z.string() });

/** Game servers by environment and id. Throws `service.unavailable` while the ephemeral store is away. */
export class GameServerStore {
  readonly #ephemeral: EphemeralStore;
  /** What the last look found in an environment, by name: a heartbeat that has not changed since is not read again. */
  readonly #parsed = new Map<EnvironmentId, ReadonlyMap<string, Parsed>>();

  constructor(ephemeral: EphemeralStore) {
    this.#ephemeral = ephemeral;
  }

  /** Remembers a heartbeat for `HEARTBEAT.expiryMs`. */
  async put(environmentId: EnvironmentId, serverId: string, heartbeat: GameServerHeartbeat, keyId: string) {
    const value = JSON.stringify({ ...heartbeat, keyId });
    await this.#ephemeral.putMember(setOf(environmentId), serverId, value, HEARTBEAT.expiryMs);
  }

  /** Forgets a game server at once, and says whether it was known. */
  async remove(environmentId: EnvironmentId, serverId: string): Promise<boolean> {
    return this.#ephemeral.removeMember(setOf(environmentId), serverId);
  }

  /** Every game server of an environment with a living heartbeat. */
  async live(environmentId: EnvironmentId): Promise<GameServer[]> {
    const members = await this.#ephemeral.members(setOf(environmentId));
    const before = this.#parsed.get(environmentId);
    const parsed = new Map<string, Parsed>();
    for (const { name, value } of members) {
      const last = before?.get(name);
      parsed.set(name, last?.value === value ? last : { value, server: serverOf(name, value) });
    }
    if (parsed.size === 0) this.#parsed.delete(environmentId);
    else this.#parsed.set(environmentId, parsed);
    return [...parsed.values()].flatMap(({ server }) => server ?? []);
  }
}

function setOf(environmentId: EnvironmentId): string {
  return environmentKey(environmentId, "game-servers");
}

/** A newer platform may have stored a heartbeat that this one does not understand: it is skipped, and nothing fails. */
function serverOf(serverId: string, value: string): GameServer | undefined {
  const stored = Stored.safeParse(JSON.parse(value));
  return stored.success ? { serverId, ...stored.data } : undefined;
}
