// How long a client's acknowledgement takes, measured by the server alone: the bound on how far back its shots may reach.

/** A power of two: more ticks than an ack tells of. */
const RING_TICKS = 64;
/** What is known of one tick lies side by side: which it is, when it was sent, and what its acknowledgement took. */
const PLACE = 4;
const TICK = 0;
const SENT_MS = 1;
const RTT_MS = 2;
const WINDOW_MS = 2_000;

/** Round-trip time of one client from its snapshot acks. The client cannot make it longer without playing worse. */
export class AckRoundTrip {
  readonly #ring = new Float64Array(RING_TICKS * PLACE).fill(Number.NaN);
  #newestAcked = -1;
  #newestAckedMs = 0;

  /** A snapshot of `tick` goes out. */
  sent(tick: number, nowMs: number): void {
    const place = placeOf(tick);
    this.#ring[place + TICK] = tick;
    this.#ring[place + SENT_MS] = nowMs;
    this.#ring[place + RTT_MS] = Number.NaN;
  }

  /** When the snapshot of `tick` went out; NaN when it did not, or too long ago. */
  sentMs(tick: number): number {
    const place = placeOf(tick);
    return this.#ring[place + TICK] === tick ? this.#ring[place + SENT_MS]! : Number.NaN;
  }

  /** An ack has arrived whose newest tick is `tick`. */
  acknowledged(tick: number, nowMs: number): void {
    const place = placeOf(tick);
    if (tick <= this.#newestAcked || this.#ring[place + TICK] !== tick) return;
    this.#newestAcked = tick;
    this.#newestAckedMs = nowMs;
    this.#ring[place + RTT_MS] = nowMs - this.#ring[place + SENT_MS]!;
  }

  /** The usual round trip: the median of the two seconds before the newest ack, in ms; NaN before the first. */
  get medianMs(): number {
    const recent: number[] = [];
    for (let place = 0; place < this.#ring.length; place += PLACE) {
      const [sentMs, rttMs] = [this.#ring[place + SENT_MS]!, this.#ring[place + RTT_MS]!];
      if (this.#newestAckedMs - sentMs - rttMs <= WINDOW_MS) recent.push(rttMs);
    }
    recent.sort((a, b) => a - b);
    return recent[(recent.length - 1) >>> 1] ?? Number.NaN;
  }
}

function placeOf(tick: number): number {
  return (tick & (RING_TICKS - 1)) * PLACE;
}
