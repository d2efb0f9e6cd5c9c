// How many inputs a client may have applied: one a tick, with unused ticks pooled up to a small burst.

/**
 * Ticks that a client may save up, at 30 Hz 400 ms: enough to catch up after a stall of the network, and the most that
 * a cheater can gain by staying silent first.
 */
export const INPUT_BURST_TICKS = 12;

/** A token bucket counted in ticks (RFC 2697's idea, without colours): over any time, a client is granted at most ticks + burst inputs. */
export class InputBudget {
  readonly #burst: number;
  #tokens = 0;

  constructor(burst: number = INPUT_BURST_TICKS) {
    this.#burst = burst;
  }

  /** One tick has passed. */
  refill(): void {
    if (this.#tokens < this.#burst) this.#tokens += 1;
  }

  /** Spends one input; false when none is left this tick. */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
