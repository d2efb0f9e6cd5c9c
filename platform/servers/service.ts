// Which game servers live, and what they offer.
import { AppError } from "../../shared/schema/errors.ts";
import { type EnvironmentId, type GameServerHeartbeat, HEARTBEAT } from "../../shared/schema/platform/index.ts";
import { environmentKey } from "../environments/environment-key.ts";
import type { EnvironmentService } from "../environments/service.ts";
import type { Log } from "../ops/log.ts";
import type { GameServer, GameServerStore } from "./store.ts";

export type { GameServer } from "./store.ts";

/** Most game servers that may be registered at once in one environment. */
export const MAX_GAME_SERVERS = 5_000;

/** What one heartbeat said, and when; ms. */
interface Heard {
  readonly isDraining: boolean;
  readonly keyId: string;
  readonly atMs: number;
}

/** Takes heartbeats, and answers who is there. */
export class GameServerService {
  readonly #store: GameServerStore;
  readonly #environments: Pick<EnvironmentService, "ids">;
  readonly #log: Log;
  readonly #now: () => number;
  /**
   * What this process heard itself, by environment and server id. Most heartbeats are of a server that it knows: looking through all the
   * others for it would make a second of heartbeats cost the square of their number.
   */
  readonly #heard = new Map<string, Heard>();

  /** `now` is the clock in milliseconds. */
  constructor(
    store: GameServerStore,
    environments: Pick<EnvironmentService, "ids">,
    log: Log,
    now: () => number = () => performance.now(),
  ) {
    this.#store = store;
    this.#environments = environments;
    this.#log = log;
    this.#now = now;
  }

  /**
   * Registers a game server, or renews it, with the server key of this id. Throws `auth.forbidden` when it lives and
   * another key registered it: a key acts for its own game servers alone.
   */
  async heartbeat(
    environmentId: EnvironmentId,
    serverId: string,
    heartbeat: GameServerHeartbeat,
    keyId: string,
  ): Promise<void> {
    const known = await this.#known(environmentId, serverId);
    if (known !== undefined) checkKey(known, keyId);
    if (known === undefined) {
      this.#log.info({
        event: "game_server.registered",
        environment: environmentId,
        serverId,
        endpoint: heartbeat.endpoint,
        modes: heartbeat.modes,
      });
    } else if (known.isDraining !== heartbeat.isDraining) {
      this.#log.info({
        event: "game_server.draining",
        environment: environmentId,
        serverId,
        isDraining: heartbeat.isDraining,
      });
    }
    await this.#store.put(environmentId, serverId, heartbeat, keyId);
    const heard = { isDraining: heartbeat.isDraining, keyId, atMs: this.#now() };
    this.#heard.set(environmentKey(environmentId, serverId), heard);
  }

  /** Forgets a game server that says goodbye; twice is no error. Throws `auth.forbidden` for one of another key. */
  async goodbye(environmentId: EnvironmentId, serverId: string, keyId: string): Promise<void> {
    const known = (await this.#store.live(environmentId)).find((server) => server.serverId === serverId);
    if (known !== undefined) checkKey(known, keyId);
    this.#heard.delete(environmentKey(environmentId, serverId));
    if (await this.#store.remove(environmentId, serverId)) {
      this.#log.info({ event: "game_server.left", environment: environmentId, serverId });
    }
  }

  /** What was last said of a game server that lives; `undefined` for a new one. Throws when there is no place for it. */
  async #known(environmentId: EnvironmentId, serverId: string): Promise<Omit<Heard, "atMs"> | undefined> {
    const now = this.#now();
    const heard = this.#heard.get(environmentKey(environmentId, serverId));
    if (heard && now - heard.atMs < HEARTBEAT.expiryMs) return heard;
    const servers = await this.#store.live(environmentId);
    for (const [id, { atMs }] of this.#heard) if (now - atMs >= HEARTBEAT.expiryMs) this.#heard.delete(id);
    const known = servers.find((server) => server.serverId === serverId);
    if (!known && servers.length >= MAX_GAME_SERVERS) {
      throw new AppError("service.unavailable", `At most ${MAX_GAME_SERVERS} game servers can be registered at once.`);
    }
    return known;
  }

  /** Every game server of an environment with a living heartbeat, the draining ones too. */
  live(environmentId: EnvironmentId): Promise<GameServer[]> {
    return this.#store.live(environmentId);
  }

  /** How many live game servers of all environments take players, and how many are draining. */
  async counts(): Promise<{ ready: number; draining: number }> {
    const ids = await this.#environments.ids();
    const servers = (await Promise.all(ids.map((id) => this.#store.live(id)))).flat();
    const draining = servers.filter(({ isDraining }) => isDraining).length;
    return { ready: servers.length - draining, draining };
  }

  /** As `counts`, but undefined while the registry cannot be read: metrics are needed most when something is away. */
  async countsIfKnown(): Promise<{ ready: number; draining: number } | undefined> {
    try {
      return await this.counts();
    } catch (error) {
      if (error instanceof AppError && error.code === "service.unavailable") return undefined;
      throw error;
    }
  }

  /** Resolves when a player could be seated; rejects with what is missing. */
  async checkReady(): Promise<void> {
    const { ready, draining } = await this.counts();
    if (ready > 0) return;
    throw new Error(
      draining > 0
        ? `All ${draining} game servers are draining. Start another.`
        : "No game server has sent a heartbeat. Start one with the same SERVER_KEY and with this platform's URL.",
    );
  }
}

function checkKey(known: Pick<Heard, "keyId">, keyId: string): void {
  if (known.keyId === keyId) return;
  throw new AppError("auth.forbidden", "Another server key registered this game server. Use that key, or another id.");
}
