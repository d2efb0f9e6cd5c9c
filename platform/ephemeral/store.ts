// The ephemeral store port: small values that may be lost, each with a time to live, shared by every platform process.

/** A value of a set, under the name it was put with. */
export interface Member {
  readonly name: string;
  readonly value: string;
}

/** The state of a counter after it was incremented. */
export interface Count {
  readonly count: number;
  /** Until the counter starts again from zero. */
  readonly expiresInMs: number;
}

/** How a token bucket fills, and what one take costs. */
export interface TokenBucketRule {
  /** The most tokens that a bucket holds, at least 1; a new one has as many. */
  readonly capacity: number;
  /** Tokens that come back in a second, more than 0 and not necessarily whole. */
  readonly refillPerSecond: number;
  /** Tokens to take, from 0, which only looks, to `capacity`. */
  readonly cost: number;
}

/** What became of a take. Tokens are whole, rounded down; times are whole milliseconds, rounded up. */
export interface TokenTake {
  readonly allowed: boolean;
  /** Tokens that are left now. */
  readonly remaining: number;
  /** Until the bucket is full again. */
  readonly resetMs: number;
  /** Until the same take would be allowed, if nobody else took any; 0 when it was. */
  readonly retryMs: number;
}

/**
 * A store for what expires. Every operation is atomic; after its time to live a value is as if it had never been.
 *
 * Every method but `close` throws `AppError("service.unavailable")`, fast, while the store cannot be reached or is full;
 * it comes back by itself. Keys and values are text; times to live are whole milliseconds, at least 1.
 */
export interface EphemeralStore {
  /** The value of `key`, or undefined. */
  get(key: string): Promise<string | undefined>;
  /** Sets `key`, whatever it held before. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Sets `key` only if it holds exactly `expected`, and says whether it did. */
  compareAndSet(key: string, expected: string, value: string, ttlMs: number): Promise<boolean>;
  /** Removes `key` only if it holds exactly `expected`, and says whether it did. */
  compareAndDelete(key: string, expected: string): Promise<boolean>;
  /** Adds one to the counter `key`. The first increment sets its time to live; later ones do not extend it. */
  increment(key: string, ttlMs: number): Promise<Count>;
  /**
   * Takes tokens out of the bucket `key`, all or none: a refused take costs nothing. The clock is the store's, so that
   * several processes share one bucket. A bucket that is full again is forgotten. Throws a `RangeError` for a rule out of
   * its bounds.
   */
  takeToken(key: string, rule: TokenBucketRule): Promise<TokenTake>;
  /** Puts a member into `set`, or replaces it, with a time to live of its own. */
  putMember(set: string, name: string, value: string, ttlMs: number): Promise<void>;
  /** Removes a member, and says whether it was there. */
  removeMember(set: string, name: string): Promise<boolean>;
  /** The living members of `set`, ordered by name. */
  members(set: string): Promise<Member[]>;
  /** Resolves when the store can answer now. */
  check(): Promise<void>;
  /** Ends the connection. Nothing may be asked afterwards. */
  close(): Promise<void>;
}
