// Many herders in one meadow, driven tick by tick: what the tests and the bench of the swarm play with.
import { SwarmInput, type SwarmState, swarm, TICK_HZ } from "../../../shared/schema/swarm/index.ts";
import { type Random, seededRandom } from "../../kit/index.ts";
import { type BenchClient, type RoomBench, wireOf } from "../../kit/testing/index.ts";
import type { SwarmRoom } from "../swarm-room.ts";

/** The swarm's wire, as a client of this build has it. */
const WIRE = wireOf(swarm);

/** How many herders of each sort there are; the `seed` decides their ways. */
export interface CrowdOptions {
  readonly snapshotClients: number;
  /** Clients that do not speak snapshots. */
  readonly patchClients: number;
  readonly seed: number;
}

interface Way {
  moveX: -1 | 0 | 1;
  moveY: -1 | 0 | 1;
  creep: boolean;
}

/** A crowd. Each herder walks its own way, and turns at random. */
export class HerderCrowd {
  readonly clients: readonly BenchClient<SwarmState>[];
  readonly #bench: RoomBench<SwarmRoom, SwarmState>;
  readonly #ways: Way[];
  readonly #random: Random;
  readonly #tickMs: number[] = [];
  readonly #snapshotBytes: number[] = [];
  readonly #patchBytes: number[] = [];
  #ticks = 0;

  private constructor(bench: RoomBench<SwarmRoom, SwarmState>, clients: BenchClient<SwarmState>[], seed: number) {
    this.#bench = bench;
    this.clients = clients;
    this.#ways = clients.map(() => ({ moveX: 0, moveY: 0, creep: false }));
    this.#random = seededRandom(seed);
  }

  /** Seats everybody. */
  static async join(bench: RoomBench<SwarmRoom, SwarmState>, options: CrowdOptions): Promise<HerderCrowd> {
    const { snapshotClients, patchClients, seed } = options;
    const clients: BenchClient<SwarmState>[] = [];
    for (let index = 0; index < snapshotClients; index++) clients.push(await bench.join(`S${index}`, { wire: WIRE }));
    for (let index = 0; index < patchClients; index++) clients.push(await bench.join(`P${index}`));
    return new HerderCrowd(bench, clients, seed);
  }

  /** One tick: everybody sends an input, the room runs, and everything arrives. `onFrames` sees it first. */
  tick(onFrames: () => void = () => undefined): void {
    for (const [index, client] of this.clients.entries()) this.#send(client, this.#wayOf(index));
    const startedAt = performance.now();
    this.#bench.advance(1);
    this.#tickMs.push(performance.now() - startedAt);
    onFrames();
    for (const { snapshots, downlink } of this.clients) {
      (snapshots ? this.#snapshotBytes : this.#patchBytes).push(downlink.byteLength);
      downlink.deliver();
    }
    this.#ticks += 1;
  }

  /** Begins to measure: what was before does not count. */
  measure(): void {
    for (const list of [this.#tickMs, this.#snapshotBytes, this.#patchBytes]) list.length = 0;
  }

  /** The figures since `measure`. */
  report(): string {
    const tick = spread(this.#tickMs);
    const lines = [
      `${this.clients.length} clients, ${this.#tickMs.length} ticks of ${1000 / TICK_HZ} ms: ` +
        `p50 ${tick.p50.toFixed(2)} ms, p99 ${tick.p99.toFixed(2)} ms, longest ${tick.max.toFixed(2)} ms`,
    ];
    for (const [name, bytes] of [
      ["snapshots", this.#snapshotBytes],
      ["patches", this.#patchBytes],
    ] as const) {
      if (bytes.length === 0) continue;
      const { mean, p99 } = spread(bytes);
      lines.push(`bytes a tick to a client that gets ${name}: ${mean.toFixed(0)} on average, p99 ${p99}`);
    }
    return lines.join("\n");
  }

  #wayOf(index: number): Way {
    const way = this.#ways[index]!;
    if ((this.#ticks + index) % TICK_HZ !== 0) return way;
    const any = (): -1 | 0 | 1 => (Math.floor(this.#random() * 3) - 1) as -1 | 0 | 1;
    return Object.assign(way, { moveX: any(), moveY: any(), creep: this.#random() < 0.2 });
  }

  #send({ snapshots, room, uplink }: BenchClient<SwarmState>, way: Way): void {
    if (snapshots) {
      const frame = snapshots.inputFrame({ ...way }, this.#bench.elapsedMs);
      if (frame) uplink.push(frame);
    } else {
      const input = room.input<SwarmInput>({ type: SwarmInput });
      Object.assign(input.data, way);
      input.send();
    }
    uplink.deliver();
  }
}

function spread(values: readonly number[]): { mean: number; p50: number; p99: number; max: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
  };
}
