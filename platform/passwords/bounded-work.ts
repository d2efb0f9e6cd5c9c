// Heavy work a few at a time: what is more waits in a line, and the line has an end.
import { AppError } from "../../shared/schema/errors.ts";

/** How much of one kind of work is done and waited for at a time. */
export interface WorkBounds {
  /** What the work is called in the refusal, e.g. "password hashing". */
  readonly name: string;
  readonly atOnce: number;
  readonly maxWaiting: number;
}

/**
 * Runs at most `atOnce` pieces of work at a time, in the order they came. Throws `service.unavailable` at once when
 * `maxWaiting` are waiting already: an answer that comes too late is of no use, and a line without end is a leak.
 */
export class BoundedWork {
  readonly #bounds: WorkBounds;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(bounds: WorkBounds) {
    this.#bounds = bounds;
  }

  /** How many pieces wait now. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Runs `work` when its turn comes, and gives its result. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#turn();
    try {
      return await work();
    } finally {
      // The next in line takes over the place, so that nobody who comes now can slip in before it.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  #turn(): Promise<void> | undefined {
    const { name, atOnce, maxWaiting } = this.#bounds;
    if (this.#running < atOnce) {
      this.#running += 1;
      return undefined;
    }
    if (this.#waiting.length >= maxWaiting) {
      throw new AppError("service.unavailable", `Too much ${name} is waiting already. Try again in a moment.`);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
