// The allocator over the registry of heartbeats: asks the likeliest game servers, one after the other, for a seat.
import { type SeatRequest, SeatResponse } from "../../shared/schema/platform/index.ts";
import type { Log } from "../ops/log.ts";
import type { Metrics } from "../ops/metrics.ts";
import type { GameServer, GameServerService } from "../servers/service.ts";
import type { Allocator, Seat, SeatNeed } from "./allocator.ts";

/** Longest to wait for one game server's answer. */
export const SEAT_TIMEOUT_MS = 2_000;

/** Most game servers asked for one seat; then the player waits for the next try. */
export const MAX_SERVERS_ASKED = 4;

/** What became of one question. */
type Outcome = "held" | "full" | "draining" | "refused" | "unreachable";

/** What `RegistryAllocator` needs. `fetch` is the global one unless a test gives another. */
export interface RegistryAllocatorDeps {
  readonly servers: Pick<GameServerService, "live">;
  readonly serverKey: string;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly fetch?: typeof fetch;
}

/** `Allocator` over live heartbeats. Their numbers are hints; each game server decides for itself. */
export class RegistryAllocator implements Allocator {
  readonly #deps: RegistryAllocatorDeps;
  readonly #fetch: typeof fetch;

  constructor(deps: RegistryAllocatorDeps) {
    this.#deps = deps;
    this.#fetch = deps.fetch ?? fetch;
  }

  async requestSeat({ mode, playerId }: SeatNeed): Promise<Seat | undefined> {
    const candidates = rank(await this.#deps.servers.live(), mode).slice(0, MAX_SERVERS_ASKED);
    for (const server of candidates) {
      const { outcome, roomId } = await this.#ask(server, { mode, playerId });
      this.#deps.metrics.seatRequests.inc({ outcome });
      if (roomId !== undefined) return { endpoint: server.endpoint, roomId };
    }
    return undefined;
  }

  async #ask(server: GameServer, body: SeatRequest): Promise<{ outcome: Outcome; roomId?: string }> {
    const { log, serverKey } = this.#deps;
    const { serverId } = server;
    try {
      const response = await this.#fetch(new URL("/v1/seats", server.controlUrl), {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${serverKey}` },
        body: JSON.stringify(body),
        redirect: "error",
        signal: AbortSignal.timeout(SEAT_TIMEOUT_MS),
      });
      const answer: unknown = await response.json();
      if (response.ok) return { outcome: "held", roomId: SeatResponse.parse(answer).roomId };
      if (response.status === 409) return { outcome: "full" };
      if (response.status === 503) return { outcome: "draining" };
      log.warn({ event: "allocation.refused", serverId, status: response.status });
      return { outcome: "refused" };
    } catch (error) {
      log.warn({
        event: "allocation.unreachable",
        serverId,
        reason: error instanceof Error ? error.message : String(error),
      });
      return { outcome: "unreachable" };
    }
  }
}

/** Those that take players in `mode`, the fullest first: full rooms are better games, and empty servers can be let go. */
function rank(servers: readonly GameServer[], mode: string): GameServer[] {
  return servers
    .filter(({ isDraining, modes }) => !isDraining && modes.includes(mode))
    .sort((a, b) => b.players - a.players || (a.serverId < b.serverId ? -1 : 1));
}
