// How much of its core this process has used lately: what the platform places new rooms by.
import { performance } from "node:perf_hooks";

/** The load is over at least this time, as soon as the process has lived so long; ms. */
const WINDOW_MS = 3_000;
/** Less than this says nothing; ms. */
const MIN_ELAPSED_MS = 100;

/** Readings that only grow, all in milliseconds. */
export interface Usage {
  readonly atMs: number;
  /** For how long the event loop did something other than wait. */
  readonly activeMs: number;
  /** The CPU time of all threads. */
  readonly cpuMs: number;
}

/**
 * The share of one core in use over the last seconds. It is the larger of two: the event loop's utilisation, since rooms
 * live on one thread and that one fills up first, and the CPU time of all threads, since data channels have threads of
 * their own and use up the core of a neighbour.
 */
export class ProcessLoad {
  readonly #read: () => Usage;
  #samples: Usage[] = [];
  #value = 0;

  constructor(read: () => Usage = readUsage) {
    this.#read = read;
  }

  /** The last sample: 0 is idle, 1 a whole core. */
  get value(): number {
    return this.#value;
  }

  /** Measures anew. Call it about once a second; the first call only begins, so that the start of the process is left out. */
  sample(): number {
    const now = this.#read();
    // The newest sample that is old enough is where the window begins; older ones are of no use any more.
    const old = this.#samples.filter(({ atMs }) => now.atMs - atMs >= WINDOW_MS).length;
    this.#samples = [...this.#samples.slice(Math.max(0, old - 1)), now];
    const from = this.#samples[0] ?? now;
    const elapsedMs = now.atMs - from.atMs;
    if (elapsedMs < MIN_ELAPSED_MS) return this.#value;
    this.#value = Math.max(now.activeMs - from.activeMs, now.cpuMs - from.cpuMs) / elapsedMs;
    return this.#value;
  }
}

function readUsage(): Usage {
  const { user, system } = process.cpuUsage();
  const { active } = performance.eventLoopUtilization();
  return { atMs: performance.now(), activeMs: active, cpuMs: (user + system) / 1_000 };
}
