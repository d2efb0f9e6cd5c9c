// When the ticks of a room are due: on a grid that does not drift, each room's a little apart from the others'.

/** Ticks that are caught up with after a pause; what is older is given up, so that a slow room does not drown in its debt. */
export const MAX_CATCH_UP_TICKS = 5;
/** Timers count whole milliseconds, so they ring up to this much early; ms. */
const EARLY_MS = 1;
/** The golden ratio's fraction: its multiples, modulo 1, spread evenly however many there are. */
const SPREAD = 0.618_033_988_749_895;

let schedules = 0;

/** One room's schedule. Pure but for its place among the others; time is an argument, in ms of a steady clock. */
export class TickSchedule {
  readonly #stepMs: number;
  #dueMs: number;

  /** `stepMs` is the time of a tick. The first is due within a step of `nowMs`, at another moment for each schedule. */
  constructor(stepMs: number, nowMs: number) {
    this.#stepMs = stepMs;
    this.#dueMs = nowMs + stepMs * ((++schedules * SPREAD) % 1);
  }

  /** Ticks to run at `nowMs`, at most `MAX_CATCH_UP_TICKS`; they count as run. */
  takeDue(nowMs: number): number {
    const behindMs = nowMs + EARLY_MS - this.#dueMs;
    if (behindMs < 0) return 0;
    const due = Math.floor(behindMs / this.#stepMs) + 1;
    if (due <= MAX_CATCH_UP_TICKS) {
      this.#dueMs += due * this.#stepMs;
      return due;
    }
    this.#dueMs = nowMs + this.#stepMs;
    return MAX_CATCH_UP_TICKS;
  }

  /** Time until the next tick is due, at least 0; ms. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#dueMs - nowMs);
  }
}
