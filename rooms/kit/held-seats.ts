// Seats promised to players whose join tickets are under way. An unclaimed one returns itself.

/** Seats of one room that are promised and not yet claimed, by player. Time is given, in milliseconds. */
export class HeldSeats {
  readonly #expiry = new Map<string, number>();
  readonly #holdMs: number;

  constructor(holdMs: number) {
    this.#holdMs = holdMs;
  }

  /** Promises a seat, or renews the promise: a player holds at most one. */
  hold(playerId: string, nowMs: number): void {
    this.#expiry.set(playerId, nowMs + this.#holdMs);
  }

  /** The player has come, or will not. */
  release(playerId: string): void {
    this.#expiry.delete(playerId);
  }

  has(playerId: string, nowMs: number): boolean {
    return (this.#expiry.get(playerId) ?? Number.NEGATIVE_INFINITY) > nowMs;
  }

  /** How many promises still stand. */
  count(nowMs: number): number {
    for (const [playerId, expiry] of this.#expiry) {
      if (expiry <= nowMs) this.#expiry.delete(playerId);
    }
    return this.#expiry.size;
  }
}
