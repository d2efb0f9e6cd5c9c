// The allocator over the registry of heartbeats: asks game servers, one after the other, for a seat.
import { type EnvironmentId, type SeatRequest, SeatResponse } from "../../shared/schema/platform/index.ts";
import type { Log } from "../ops/log.ts";
import type { Metrics } from "../ops/metrics.ts";
import type { GameServer, GameServerService } from "../servers/service.ts";
import type { Allocator, Seat, SeatNeed } from "./allocator.ts";
import { Placement } from "./placement.ts";

/** Longest to wait for one game server's answer. */
export const SEAT_TIMEOUT_MS = 2_000;

/** Most game servers asked for one seat; then the player waits for the next try. */
export const MAX_SERVERS_ASKED = 4;

/** Of those, most that are asked for a seat in a running room; the rest may open one. */
export const MAX_ASKED_TO_FILL = 2;

/** What became of one question. */
type Outcome = "held" | "full" | "draining" | "refused" | "unreachable";

/** What `RegistryAllocator` needs. `fetch` is the global one unless a test gives another. */
export interface RegistryAllocatorDeps {
  readonly servers: Pick<GameServerService, "live">;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly fetch?: typeof fetch;
  /** The clock in milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * `Allocator` over live heartbeats: a free seat in a running room first, else a new room on the least loaded game server.
 * Their numbers are hints; each game server decides for itself. It is asked with the key that it made up itself, so that
 * no key of the platform's goes to whoever may register.
 */
export class RegistryAllocator implements Allocator {
  readonly #deps: RegistryAllocatorDeps;
  readonly #fetch: typeof fetch;
  readonly #now: () => number;
  /** What was done lately, by environment: names of game servers are of one. */
  readonly #placements = new Map<EnvironmentId, Placement>();

  constructor(deps: RegistryAllocatorDeps) {
    this.#deps = deps;
    this.#fetch = deps.fetch ?? fetch;
    this.#now = deps.now ?? Date.now;
  }

  async requestSeat(environmentId: EnvironmentId, { mode, playerId }: SeatNeed): Promise<Seat | undefined> {
    const ready = (await this.#deps.servers.live(environmentId)).filter(
      ({ isDraining, modes }) => !isDraining && modes.includes(mode),
    );
    const placement = this.#placementIn(environmentId);
    const refusedBy = new Set<GameServer>();
    const filling = placement.toFill(ready, mode, this.#now()).slice(0, MAX_ASKED_TO_FILL);
    for (const server of filling) {
      const { outcome, seat } = await this.#ask(placement, server, { mode, playerId, mayOpenRoom: false });
      if (seat) return seat;
      if (outcome !== "full") refusedBy.add(server);
    }
    const left = ready.filter((server) => !refusedBy.has(server));
    for (const server of placement.toOpenIn(left, this.#now()).slice(0, MAX_SERVERS_ASKED - filling.length)) {
      const { seat } = await this.#ask(placement, server, { mode, playerId });
      if (seat) return seat;
    }
    return undefined;
  }

  async #ask(
    placement: Placement,
    server: GameServer,
    request: SeatRequest,
  ): Promise<{ outcome: Outcome; seat?: Seat }> {
    const answer = await this.#send(server, request);
    this.#deps.metrics.seatRequests.inc({ outcome: answer.outcome });
    if (!answer.held) return { outcome: answer.outcome };
    const { roomId, isNewRoom } = answer.held;
    if (isNewRoom) placement.noteOpened(server.serverId, request.mode, this.#now());
    return { outcome: answer.outcome, seat: { endpoint: server.endpoint, roomId } };
  }

  #placementIn(environmentId: EnvironmentId): Placement {
    const placement = this.#placements.get(environmentId) ?? new Placement();
    this.#placements.set(environmentId, placement);
    return placement;
  }

  async #send(server: GameServer, body: SeatRequest): Promise<{ outcome: Outcome; held?: SeatResponse }> {
    const { log } = this.#deps;
    const { serverId, controlKey } = server;
    try {
      const response = await this.#fetch(new URL("/v1/seats", server.controlUrl), {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${controlKey}` },
        body: JSON.stringify(body),
        redirect: "error",
        signal: AbortSignal.timeout(SEAT_TIMEOUT_MS),
      });
      const answer: unknown = await response.json();
      if (response.ok) return { outcome: "held", held: SeatResponse.parse(answer) };
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
