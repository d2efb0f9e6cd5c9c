// Which game servers live, and what they offer.
import { AppError } from "../../shared/schema/errors.ts";
import { type GameServerHeartbeat, HEARTBEAT } from "../../shared/schema/platform/index.ts";
import type { Log } from "../ops/log.ts";
import type { GameServer, GameServerStore } from "./store.ts";

export type { GameServer } from "./store.ts";

/** Most game servers that may be registered at once. */
export const MAX_GAME_SERVERS = 5_000;

/** What one heartbeat said, and when; ms. */
interface Heard {
  readonly isDraining: boolean;
  readonly atMs: number;
}

/** Takes heartbeats, and answers who is there. */
export class GameServerService {
  readonly #store: GameServerStore;
  readonly #log: Log;
  readonly #now: () => number;
  /**
   * What this process heard itself, by server id. Most heartbeats are of a server that it knows: looking through all the
   * others for it would make a second of heartbeats cost the square of their number.
   */
  readonly #heard = new Map<string, Heard>();

  /** `now` is the clock in milliseconds. */
  constructor(store: GameServerStore, log: Log, now: () => number = () => performance.now()) {
    this.#store = store;
    this.#log = log;
    this.#now = now;
  }

  /** Registers a game server, or renews it. */
  async heartbeat(serverId: string, heartbeat: GameServerHeartbeat): Promise<void> {
    const known = await this.#known(serverId);
    if (known === undefined) {
      this.#log.info({
        event: "game_server.registered",
        serverId,
        endpoint: heartbeat.endpoint,
        modes: heartbeat.modes,
      });
    } else if (known.isDraining !== heartbeat.isDraining) {
      this.#log.info({ event: "game_server.draining", serverId, isDraining: heartbeat.isDraining });
    }
    await this.#store.put(serverId, heartbeat);
    this.#heard.set(serverId, { isDraining: heartbeat.isDraining, atMs: this.#now() });
  }

  /** Forgets a game server that says goodbye. Saying it twice is no error. */
  async goodbye(serverId: string): Promise<void> {
    this.#heard.delete(serverId);
    if (await this.#store.remove(serverId)) this.#log.info({ event: "game_server.left", serverId });
  }

  /** What was last said of a game server that lives; `undefined` for a new one. Throws when there is no place for it. */
  async #known(serverId: string): Promise<Pick<Heard, "isDraining"> | undefined> {
    const now = this.#now();
    const heard = this.#heard.get(serverId);
    if (heard && now - heard.atMs < HEARTBEAT.expiryMs) return heard;
    const servers = await this.#store.live();
    for (const [id, { atMs }] of this.#heard) if (now - atMs >= HEARTBEAT.expiryMs) this.#heard.delete(id);
    const known = servers.find((server) => server.serverId === serverId);
    if (!known && servers.length >= MAX_GAME_SERVERS) {
      throw new AppError("service.unavailable", `At most ${MAX_GAME_SERVERS} game servers can be registered at once.`);
    }
    return known;
  }

  /** Every game server with a living heartbeat, the draining ones too. */
  live(): Promise<GameServer[]> {
    return this.#store.live();
  }

  /** How many live game servers take players, and how many are draining. */
  async counts(): Promise<{ ready: number; draining: number }> {
    const servers = await this.#store.live();
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
