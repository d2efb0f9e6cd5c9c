// The evictor over HTTP: tells every game server that has players, in the background and in batches.
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  type EndedSession,
  type EnvironmentId,
  type EvictionRequest,
  MAX_EVICTIONS_PER_REQUEST,
} from "../../shared/schema/platform/index.ts";
import type { Log } from "../ops/log.ts";
import type { Metrics } from "../ops/metrics.ts";
import type { Evictor } from "../sessions/evictor.ts";
import type { GameServer, GameServerService } from "./service.ts";

/** Longest to wait for one game server. Its next heartbeat brings what it did not take. */
export const EVICTION_TIMEOUT_MS = 1_000;

/** Most ended sessions that wait to be told; more are left to the heartbeats. */
export const MAX_WAITING_EVICTIONS = 10_000;

/** Most game servers that are told of one batch, those with the most players first. */
export const MAX_SERVERS_TOLD = 256;

/** Most requests under way at a time. */
const MAX_REQUESTS = 16;

/** What `HttpEvictor` needs. `fetch` is the global one unless a test gives another. */
export interface HttpEvictorDeps {
  readonly servers: Pick<GameServerService, "live">;
  readonly metrics: Pick<Metrics, "evictionRequests">;
  readonly log: Log;
  readonly fetch?: typeof fetch;
}

interface Waiting {
  readonly environmentId: EnvironmentId;
  readonly ended: EndedSession;
}

/** `POST {controlUrl}/v1/evictions` to whoever has players. */
export class HttpEvictor implements Evictor {
  readonly #deps: HttpEvictorDeps;
  readonly #fetch: typeof fetch;
  #waiting: Waiting[] = [];
  #telling: Promise<void> | undefined;

  constructor(deps: HttpEvictorDeps) {
    this.#deps = deps;
    this.#fetch = deps.fetch ?? fetch;
  }

  evict(environmentId: EnvironmentId, sessions: readonly EndedSession[]): void {
    const room = MAX_WAITING_EVICTIONS - this.#waiting.length;
    for (const ended of sessions.slice(0, room)) this.#waiting.push({ environmentId, ended });
    this.#telling ??= this.#tellAll().finally(() => {
      this.#telling = undefined;
    });
  }

  /** Resolves when everything that was taken has been told, or given up. */
  async whenIdle(): Promise<void> {
    while (this.#telling !== undefined) await this.#telling;
  }

  async #tellAll(): Promise<void> {
    // What ends in the same turn goes in the same request.
    await nextTurn();
    while (this.#waiting.length > 0) {
      const { environmentId } = this.#waiting[0]!;
      const batch: EndedSession[] = [];
      const later: Waiting[] = [];
      for (const waiting of this.#waiting) {
        const fits = waiting.environmentId === environmentId && batch.length < MAX_EVICTIONS_PER_REQUEST;
        if (fits) batch.push(waiting.ended);
        else later.push(waiting);
      }
      this.#waiting = later;
      await this.#tellServers(environmentId, { sessions: batch });
    }
  }

  async #tellServers(environmentId: EnvironmentId, request: EvictionRequest): Promise<void> {
    const servers = await this.#playedOn(environmentId);
    const next = servers.values();
    const tellOn = async (): Promise<void> => {
      for (const server of next) await this.#tell(server, request);
    };
    await Promise.all(Array.from({ length: Math.min(MAX_REQUESTS, servers.length) }, tellOn));
  }

  async #playedOn(environmentId: EnvironmentId): Promise<GameServer[]> {
    try {
      const live = await this.#deps.servers.live(environmentId);
      const played = live.filter(({ players }) => players > 0).sort((a, b) => b.players - a.players);
      return played.slice(0, MAX_SERVERS_TOLD);
    } catch (error) {
      this.#deps.log.warn({ event: "eviction.no_registry", reason: reasonOf(error) });
      return [];
    }
  }

  async #tell(server: GameServer, request: EvictionRequest): Promise<void> {
    const { log, metrics } = this.#deps;
    try {
      const response = await this.#fetch(new URL("/v1/evictions", server.controlUrl), {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${server.controlKey}` },
        body: JSON.stringify(request),
        redirect: "error",
        signal: AbortSignal.timeout(EVICTION_TIMEOUT_MS),
      });
      await response.body?.cancel();
      metrics.evictionRequests.inc({ outcome: response.ok ? "told" : "refused" });
      if (!response.ok) log.warn({ event: "eviction.refused", serverId: server.serverId, status: response.status });
    } catch (error) {
      metrics.evictionRequests.inc({ outcome: "unreachable" });
      log.warn({ event: "eviction.unreachable", serverId: server.serverId, reason: reasonOf(error) });
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
