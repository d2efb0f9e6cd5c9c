// How long a client's acknowledgement takes, measured by the server alone: the bound on how far back its shots may reach.

/** A power of two: more ticks than an ack tells of. */
const RING_TICKS = 64;
const WINDOW_MS = 2_000;

/** Round-trip time of one client from its snapshot acks. The client cannot make it longer without playing worse. */
export class AckRoundTrip {
  /** When the snapshot of each tick went out, and what its acknowledgement took; by tick modulo the ring. */
  readonly #ticks = new Int32Array(RING_TICKS).fill(-1);
  readonly #sentMs = new Float64Array(RING_TICKS);
  readonly #rttMs = new Float64Array(RING_TICKS);
  #newestAcked = -1;
  #newestAckedMs = 0;

  /** A snapshot of `tick` goes out. */
  sent(tick: number, nowMs: number): void {
    const place = tick & (RING_TICKS - 1);
    this.#ticks[place] = tick;
    this.#sentMs[place] = nowMs;
    this.#rttMs[place] = Number.NaN;
  }

  /** When the snapshot of `tick` went out; NaN when it did not, or too long ago. */
  sentMs(tick: number): number {
    const place = tick & (RING_TICKS - 1);
    return this.#ticks[place] === tick ? this.#sentMs[place]! : Number.NaN;
  }

  /** An ack has arrived whose newest tick is `tick`. */
  acknowledged(tick: number, nowMs: number): void {
    const place = tick & (RING_TICKS - 1);
    if (tick <= this.#newestAcked || this.#ticks[place] !== tick) return;
    this.#newestAcked = tick;
    this.#newestAckedMs = nowMs;
    this.#rttMs[place] = nowMs - this.#sentMs[place]!;
  }

  /** The usual round trip: the median of the two seconds before the newest ack, in ms; NaN before the first. */
  get medianMs(): number {
    const recent: number[] = [];
    for (let place = 0; place < RING_TICKS; place++) {
      const rttMs = this.#rttMs[place]!;
      const isMeasured = this.#ticks[place]! >= 0 && !Number.isNaN(rttMs);
      if (isMeasured && this.#newestAckedMs - this.#sentMs[place]! - rttMs <= WINDOW_MS) recent.push(rttMs);
    }
    recent.sort((a, b) => a - b);
    return recent[(recent.length - 1) >>> 1] ?? Number.NaN;
  }
}
