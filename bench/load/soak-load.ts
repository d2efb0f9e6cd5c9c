// Players who come, play a while and go, and others in their place: so many at any time, for as long as it takes.
import { seededRandom } from "../../shared/netcode/index.ts";
import type { Scene } from "../games/scene.ts";
import type { Seat } from "../servers/measured-server.ts";
import { GamekeeperClient } from "./gamekeeper-client.ts";
import { SendPacer } from "./send-pacer.ts";

const PACE_MS = 1;
const SHORTEST_STAY_MS = 2_000;
const MAX_TOLD_FAULTS = 10;
/** Colyseus 0.18's protocol: the client leaves and will not come back. */
const LEAVE_ROOM = 12;
/** Clients told apart by their intents, however many come. */
const INTENTS = 1_000;

/** Who plays, and for how long. */
export interface SoakRequest {
  readonly port: number;
  readonly scene: Scene;
  readonly clients: number;
  /** A stay lasts this long on the mean; ms. */
  readonly meanStayMs: number;
  /** Where a POST gives a seat and its ticket. */
  readonly seatsUrl: string;
}

/** What has happened so far. */
export interface SoakFigures {
  readonly playing: number;
  readonly joins: number;
  readonly snapshots: number;
  readonly faults: readonly string[];
}

/** A stay of an exponential length about `meanMs`, at least two seconds and at most five times the mean. */
export function stayMs(meanMs: number, random: () => number): number {
  return Math.min(5 * meanMs, Math.max(SHORTEST_STAY_MS, -Math.log(1 - random()) * meanMs));
}

/** The players of one soak. */
export class SoakLoad {
  readonly #request: SoakRequest;
  readonly #places: (GamekeeperClient | undefined)[];
  readonly #random = seededRandom(3);
  readonly #faults = new Set<string>();
  #joins = 0;
  #snapshotsOfGone = 0;

  constructor(request: SoakRequest) {
    this.#request = request;
    this.#places = new Array(request.clients).fill(undefined);
  }

  /** Players begin to come. */
  start(): void {
    const { clients, scene } = this.#request;
    for (let place = 0; place < clients; place++) void this.#keepTaken(place);
    const pacer = new SendPacer(clients, scene.tickHz, performance.now());
    setInterval(() => pacer.run(performance.now(), (place) => this.#places[place]?.sendInput()), PACE_MS);
  }

  figures(): SoakFigures {
    const playing = this.#places.filter((client) => client !== undefined);
    return {
      playing: playing.length,
      joins: this.#joins,
      snapshots: playing.reduce((sum, { counters }) => sum + counters.snapshots, this.#snapshotsOfGone),
      faults: [...this.#faults].slice(0, MAX_TOLD_FAULTS),
    };
  }

  async #keepTaken(place: number): Promise<void> {
    const { port, scene, seatsUrl, meanStayMs } = this.#request;
    for (;;) {
      try {
        const seat = (await (await fetch(seatsUrl, { method: "POST" })).json()) as Seat;
        const client = new GamekeeperClient(scene, this.#joins % INTENTS, { isSampled: false });
        await client.join(port, seat);
        this.#joins += 1;
        this.#places[place] = client;
        await wait(stayMs(meanStayMs, this.#random));
        this.#places[place] = undefined;
        await client.leave(Uint8Array.of(LEAVE_ROOM));
        const { counters } = client;
        this.#snapshotsOfGone += counters.snapshots;
        for (const fault of counters.faults) this.#faults.add(fault);
      } catch (error) {
        this.#faults.add(error instanceof Error ? error.message : String(error));
        await wait(SHORTEST_STAY_MS);
      }
    }
  }
}

function wait(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}
