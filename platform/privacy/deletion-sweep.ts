// Deletes players whose grace period is over, now and then, as long as the platform runs.
import { AppError } from "../../shared/schema/errors.ts";
import type { Log } from "../ops/log.ts";
import type { PrivacyService } from "./service.ts";

/** How often it is looked whether somebody's time has come. */
export const SWEEP_INTERVAL_MS = 60_000;

/** A timer over `PrivacyService.sweep`: one sweep at a time, and the next one soon when there is more to do. */
export class DeletionSweep {
  readonly #privacy: Pick<PrivacyService, "sweep">;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;

  /** Starts at once. */
  constructor(privacy: Pick<PrivacyService, "sweep">, log: Log, intervalMs = SWEEP_INTERVAL_MS) {
    this.#privacy = privacy;
    this.#log = log;
    this.#timer = setInterval(() => this.#tick(), intervalMs).unref();
  }

  /** Starts no further sweep, and resolves when the one under way has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  #tick(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#running = this.#sweep().finally(() => {
      this.#isRunning = false;
    });
  }

  async #sweep(): Promise<void> {
    try {
      const deleted = await this.#privacy.sweep();
      if (deleted > 0) this.#log.info({ event: "player.deletions", deleted });
    } catch (error) {
      // The database being away is told where it is noticed; the next tick tries again.
      const isAway = error instanceof AppError && error.code === "service.unavailable";
      this.#log[isAway ? "debug" : "error"]({ event: "player.sweep_failed", err: error });
    }
  }
}
