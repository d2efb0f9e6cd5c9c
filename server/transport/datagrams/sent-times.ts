// When the frames on one channel were sent, as far as no later one has been acknowledged.

/** Send times that are kept; 4 s at 60 Hz. When it is full, the newest are not noted: the oldest is what matters. */
const MAX_TIMES = 256;
/** A send time computed back from a round-trip time is this exact; ms. */
const EXACT_MS = 0.5;

/** Frames on their way by their send times. */
export class SentTimes {
  readonly #times: number[] = [];
  #passed = 0;
  #acknowledged = 0;
  #beganMs = Number.NEGATIVE_INFINITY;

  /** When the oldest frame was sent after which nothing has been acknowledged. */
  get oldestMs(): number | undefined {
    return this.#times[0];
  }

  /** Frames that were overtaken by an acknowledgement and have none of their own: lost, or late. */
  get lost(): number {
    return Math.max(0, this.#passed - this.#acknowledged);
  }

  sent(nowMs: number): void {
    if (this.#times.length < MAX_TIMES) this.#times.push(nowMs);
  }

  /** The frame that was sent at `sentMs` is acknowledged. Returns how many it has overtaken, itself included: 0 when it was. */
  acknowledged(sentMs: number): number {
    if (sentMs < this.#beganMs - EXACT_MS) return 0;
    this.#acknowledged += 1;
    const first = this.#times.findIndex((time) => time > sentMs + EXACT_MS);
    const passed = this.#times.splice(0, first === -1 ? this.#times.length : first).length;
    this.#passed += passed;
    return passed;
  }

  /** Forgets what was sent before now: the channel is another one, or was left. */
  restart(nowMs: number): void {
    this.#beganMs = nowMs;
    this.#times.length = 0;
    this.#passed = 0;
    this.#acknowledged = 0;
  }
}
