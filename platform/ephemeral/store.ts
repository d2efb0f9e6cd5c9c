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
