// Spreads the sends of all clients over each tick, so that the server is not met by all of them at once.

/** Says which clients are due. Each is due once a tick, at a place of its own in it. */
export class SendPacer {
  readonly #count: number;
  readonly #periodMs: number;
  #startedMs: number;
  #sent = 0;

  /** `count` clients at `tickHz`, from `nowMs` on. */
  constructor(count: number, tickHz: number, nowMs: number) {
    this.#count = count;
    this.#periodMs = 1000 / tickHz;
    this.#startedMs = nowMs;
  }

  /** Calls `send` with each client that is due by `nowMs`, in turn. What is more than a tick late is left out. */
  run(nowMs: number, send: (index: number) => void): void {
    let due = Math.floor(((nowMs - this.#startedMs) / this.#periodMs) * this.#count);
    if (due - this.#sent > this.#count) {
      this.#startedMs += ((due - this.#sent - this.#count) / this.#count) * this.#periodMs;
      due = this.#sent + this.#count;
    }
    for (; this.#sent < due; this.#sent++) send(this.#sent % this.#count);
  }
}
