// How long a client's acknowledgement takes, measured by the server alone: the bound on how far back its shots may reach.

const RING_TICKS = 64;
const WINDOW_MS = 2_000;

/** Round-trip time of one client from its snapshot acks. The client cannot make it longer without playing worse. */
export class AckRoundTrip {
  readonly #sentAt = new Float64Array(RING_TICKS).fill(Number.NaN);
  readonly #ticks = new Float64Array(RING_TICKS).fill(-1);
  #newestAcked = -1;
  #samples: { atMs: number; rttMs: number }[] = [];

  /** The last measured round trip, in ms; NaN before the first. */
  latestMs = Number.NaN;

  /** A snapshot of `tick` goes out. */
  sent(tick: number, nowMs: number): void {
    this.#ticks[tick % RING_TICKS] = tick;
    this.#sentAt[tick % RING_TICKS] = nowMs;
  }

  /** An ack of `tick` has arrived. True when it told something new. */
  acknowledged(tick: number, nowMs: number): boolean {
    if (tick <= this.#newestAcked || this.#ticks[tick % RING_TICKS] !== tick) return false;
    this.#newestAcked = tick;
    const rttMs = nowMs - this.#sentAt[tick % RING_TICKS]!;
    this.latestMs = rttMs;
    this.#samples.push({ atMs: nowMs, rttMs });
    while (this.#samples.length > RING_TICKS || nowMs - this.#samples[0]!.atMs > WINDOW_MS) this.#samples.shift();
    return true;
  }

  /** The usual round trip: the median of the last two seconds, in ms; NaN before the first. */
  get medianMs(): number {
    const sorted = this.#samples.map(({ rttMs }) => rttMs).sort((a, b) => a - b);
    return sorted[(sorted.length - 1) >>> 1] ?? Number.NaN;
  }
}
