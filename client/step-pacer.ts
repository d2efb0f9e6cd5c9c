// When fixed steps are due, from the times of frames.

/** The most steps one frame runs. After a longer stall (a background tab, a debugger) the rest is dropped, not caught up. */
export const MAX_STEPS_PER_FRAME = 5;

/** Turns frame times into a whole number of due fixed steps and the fraction of a step that is left over. */
export class StepPacer {
  readonly #stepMs: number;
  #lastMs: number | undefined;
  #leftMs = 0;

  /** `stepMs` is the length of a fixed step in milliseconds. */
  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  /**
   * Steps due at `nowMs`, 0 to `MAX_STEPS_PER_FRAME`, when steps run at `rate` times their usual pace. The first call starts
   * the clock; a clock that goes back counts as standing.
   */
  advance(nowMs: number, rate = 1): number {
    const elapsedMs = this.#lastMs === undefined ? 0 : Math.max(0, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    this.#leftMs += elapsedMs * rate;
    const due = Math.max(0, Math.floor(this.#leftMs / this.#stepMs));
    if (due > MAX_STEPS_PER_FRAME) {
      this.#leftMs = 0;
      return MAX_STEPS_PER_FRAME;
    }
    this.#leftMs -= due * this.#stepMs;
    return due;
  }

  /** Leaves out the next `steps` steps: their time passes, and nothing runs. */
  skip(steps: number): void {
    this.#leftMs -= steps * this.#stepMs;
  }

  /** How far the step in progress is, in [0, 1); 0 while steps are left out. */
  get fraction(): number {
    return Math.min(Math.max(0, this.#leftMs / this.#stepMs), 1 - Number.EPSILON);
  }

  /** Begins a new step now: used while no input can be sent. */
  restart(nowMs: number): void {
    this.#lastMs = nowMs;
    this.#leftMs = 0;
  }
}
