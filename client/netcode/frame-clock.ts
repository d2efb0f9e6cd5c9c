// Puts the times of display frames on the clock that arrivals are timed by.

/** Further apart than this, the two clocks are compared anew: one of them stood still, or ran at another speed. */
const MAX_LAG_MS = 250;

/**
 * The two clocks differ by a constant, and a frame is always handled a little after its own time: the smallest difference
 * seen is the constant. So render time is as even as the frames are, and does not show how late each was handled.
 */
export class FrameClock {
  readonly #now: () => number;
  #offsetMs = Number.POSITIVE_INFINITY;

  /** `now` is the clock of arrivals, in ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The time of arrivals at which the frame of `frameMs`, being handled now, began. */
  at(frameMs: number): number {
    const offsetMs = this.#now() - frameMs;
    if (offsetMs < this.#offsetMs || offsetMs - this.#offsetMs > MAX_LAG_MS) this.#offsetMs = offsetMs;
    return frameMs + this.#offsetMs;
  }
}
