// Exponential lockout: a few attempts are free, and each one more has to wait twice as long as the one before.
import type { EphemeralStore } from "../ephemeral/store.ts";
import { forgetKey } from "./forget-key.ts";

/** How strict a lockout is. Times are milliseconds. */
export interface LockoutPolicy {
  /** Attempts that nobody has to wait for. */
  readonly freeAttempts: number;
  /** How long the free attempts last: after this they are given again, unless there was a lock. */
  readonly freeWindowMs: number;
  /** The first lock; each further one is twice as long, up to the longest. */
  readonly firstLockMs: number;
  readonly longestLockMs: number;
  /** How long locks keep growing, from the first one. Then all is forgotten. */
  readonly memoryMs: number;
}

/** How long the lock after `locksBefore` earlier ones lasts, in milliseconds. */
export function lockMs(policy: LockoutPolicy, locksBefore: number): number {
  // Past 2^50 doubling would lose its meaning; by then the longest lock has long been reached.
  return Math.min(policy.longestLockMs, policy.firstLockMs * 2 ** Math.min(locksBefore, 50));
}

/**
 * Counts attempts by key in the ephemeral store, for every platform process together. An attempt is counted when it begins,
 * in one atomic step: a thousand guesses sent at the same moment get no further than one after the other. A refused attempt
 * counts for nothing, so that nobody's lock grows by knocking on it.
 */
export class Lockout {
  readonly #store: EphemeralStore;
  readonly #policy: LockoutPolicy;
  readonly #now: () => number;

  /** `now` is the clock in milliseconds. */
  constructor(store: EphemeralStore, policy: LockoutPolicy, now: () => number = Date.now) {
    this.#store = store;
    this.#policy = policy;
    this.#now = now;
  }

  /** Begins an attempt: undefined when it may go on, else how many milliseconds to wait before the next. */
  async begin(key: string): Promise<number | undefined> {
    const { freeAttempts, freeWindowMs, memoryMs } = this.#policy;
    const locks = Number((await this.#store.get(`${key}:locks`)) ?? 0);
    if (locks === 0) {
      const { count } = await this.#store.increment(`${key}:attempts`, freeWindowMs);
      if (count <= freeAttempts) return undefined;
    }
    // Whoever opens the lock has the attempt that it allows; it then stays shut for everybody until it expires.
    const lock = await this.#store.increment(`${key}:lock`, lockMs(this.#policy, locks));
    if (lock.count > 1) return Math.max(1, lock.expiresInMs);
    await this.#store.increment(`${key}:locks`, memoryMs);
    return undefined;
  }

  /** Counts a failure without having begun it: for keys that many people share, whose successes must cost nothing. */
  async fail(key: string): Promise<void> {
    const { freeAttempts, freeWindowMs, memoryMs } = this.#policy;
    const locks = Number((await this.#store.get(`${key}:locks`)) ?? 0);
    if (locks === 0) {
      const { count } = await this.#store.increment(`${key}:attempts`, freeWindowMs);
      if (count <= freeAttempts) return;
    }
    const forMs = lockMs(this.#policy, locks);
    const lock = await this.#store.increment(`${key}:lock`, forMs);
    if (lock.count > 1) return;
    await this.#store.set(`${key}:until`, String(this.#now() + forMs), forMs);
    await this.#store.increment(`${key}:locks`, memoryMs);
  }

  /** How many milliseconds the lock of failures counted by `fail` still lasts, or undefined when there is none. */
  async remaining(key: string): Promise<number | undefined> {
    const until = await this.#store.get(`${key}:until`);
    return until === undefined ? undefined : Math.max(1, Number(until) - this.#now());
  }

  /** An attempt succeeded: everything is forgotten. */
  async forget(key: string): Promise<void> {
    await Promise.all(["attempts", "lock", "locks", "until"].map((name) => forgetKey(this.#store, `${key}:${name}`)));
  }
}
