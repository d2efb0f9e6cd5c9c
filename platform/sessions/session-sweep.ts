// Removes sessions that expired long ago, a few at a time.
import { AppError } from "../../shared/schema/errors.ts";
import type { Log } from "../ops/log.ts";
import { MAX_ENDED_AT_ONCE, type SessionStore } from "./store.ts";

/** How often it is looked for. */
export const SWEEP_INTERVAL_MS = 600_000;

/** How long a session is kept after it could have been used, so that an old token of it is still known. */
export const KEPT_AFTER_EXPIRY_MS = 7 * 86_400_000;

/** Most pieces of one sweep; what is left waits for the next. */
const MAX_PIECES = 20;

/** A timer that several processes may run at once: each removes what the others have not. */
export class SessionSweep {
  readonly #store: Pick<SessionStore, "removeExpired">;
  readonly #log: Log;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<unknown> = Promise.resolve();

  /** `now` is the clock in milliseconds since 1970. */
  constructor(store: Pick<SessionStore, "removeExpired">, log: Log, now: () => number = Date.now) {
    this.#store = store;
    this.#log = log;
    this.#now = now;
  }

  /** Sweeps now and then, until `stop`. */
  start(): void {
    this.#timer = setInterval(() => {
      this.#sweeping = this.sweep();
    }, SWEEP_INTERVAL_MS).unref();
  }

  /** Ends the timer, and resolves when no sweep is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  /** One sweep. Returns how many sessions are gone; a database that is away is tried again by the next one. */
  async sweep(): Promise<number> {
    let count = 0;
    try {
      for (let piece = 0; piece < MAX_PIECES; piece += 1) {
        const removed = await this.#store.removeExpired(this.#now() - KEPT_AFTER_EXPIRY_MS);
        count += removed;
        if (removed < MAX_ENDED_AT_ONCE) break;
      }
    } catch (error) {
      const isAway = error instanceof AppError && error.code === "service.unavailable";
      this.#log[isAway ? "debug" : "error"]({ event: "sessions.sweep_failed", err: error });
    }
    if (count > 0) this.#log.info({ event: "sessions.swept", count });
    return count;
  }
}
