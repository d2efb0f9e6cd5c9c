// Joins and leaves, as many as a server takes: so many at once, each one in, shown something, and out again.
import { GameWire } from "../../shared/netcode/index.ts";
import { benchGame } from "../games/gamekeeper-game.ts";
import type { Scene } from "../games/scene.ts";
import { Distribution } from "../run/distribution.ts";
import type { Seat } from "../servers/measured-server.ts";
import { askMatch } from "./ask-match.ts";
import { takeSeat } from "./take-seat.ts";
import { VisitClient } from "./visit-client.ts";

const MAX_TOLD_FAULTS = 10;

/** How a joiner comes to its seat. */
export type JoinRoute =
  /** In a room that it was told, with a ticket where the peer has them. */
  | "by-id"
  /** Whatever room stock Colyseus finds or makes. */
  | "join-or-create"
  /** Through this project's platform, which says where. */
  | "matchmaking";

/** What to join. */
export interface JoinRequest {
  readonly route: JoinRoute;
  readonly port: number;
  readonly scene: Scene;
  /** Whether the peer is this project's server, which is told that its client speaks snapshots. */
  readonly isOurs: boolean;
  /** Joins under way at any moment. Each takes the place of the one before it, in the same room. */
  readonly atOnce: number;
  /** One for each join that will be asked for; with matchmaking, a player's access token for each that is under way at once. */
  readonly seats: readonly Seat[];
  readonly platformUrl?: string;
}

/** What one stretch of joins showed. Milliseconds from asking for the seat, or for the match. */
export interface JoinFigures {
  readonly joins: number;
  readonly seconds: number;
  readonly stateP50Ms: number;
  readonly stateP99Ms: number;
  readonly playP50Ms: number;
  readonly playP99Ms: number;
  readonly loadCpuShare: number;
  readonly faults: readonly string[];
}

/** The joiners of one trial. */
export class JoinLoad {
  readonly #request: JoinRequest;
  readonly #options: object;
  #used = 0;

  constructor(request: JoinRequest) {
    this.#request = request;
    const { netcode } = benchGame(request.scene);
    this.#options = request.isOurs ? { snapshots: new GameWire(netcode!).fingerprint } : {};
  }

  /** Joins and leaves so many times. What fails is told and not tried again. */
  async run(joins: number): Promise<JoinFigures> {
    const states = new Distribution();
    const plays = new Distribution();
    const faults = new Set<string>();
    const startedMs = performance.now();
    const cpu = process.cpuUsage();
    let next = 0;
    const joinSome = async (worker: number): Promise<void> => {
      while (next < joins) {
        next += 1;
        const askedMs = performance.now();
        try {
          const { visit } = await this.#visit(worker);
          states.add(visit.stateMs - askedMs);
          plays.add(visit.playMs - askedMs);
        } catch (error) {
          faults.add(error instanceof Error ? error.message : String(error));
        }
      }
    };
    await Promise.all(Array.from({ length: this.#request.atOnce }, (_, worker) => joinSome(worker)));
    const seconds = (performance.now() - startedMs) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return {
      joins: plays.count,
      seconds,
      stateP50Ms: states.percentile(0.5),
      stateP99Ms: states.percentile(0.99),
      playP50Ms: plays.percentile(0.5),
      playP99Ms: plays.percentile(0.99),
      loadCpuShare: (user + system) / 1e6 / seconds,
      faults: [...faults].slice(0, MAX_TOLD_FAULTS),
    };
  }

  async #visit(worker: number): Promise<VisitClient> {
    const { port } = this.#request;
    const client = new VisitClient(true);
    await client.enter(port, await this.#path(worker));
    await client.exit();
    return client;
  }

  async #path(worker: number): Promise<string> {
    const { route, port, seats, platformUrl } = this.#request;
    if (route === "join-or-create") return takeSeat(port, {}, this.#options, "joinOrCreate/bench");
    if (route === "matchmaking") {
      const seat = await askMatch(platformUrl!, seats[worker]!.ticket!);
      return takeSeat(port, seat, this.#options);
    }
    const seat = seats[this.#used++];
    if (!seat) throw new Error(`there were ${seats.length} seats, and another was asked for`);
    return takeSeat(port, seat, this.#options);
  }
}
