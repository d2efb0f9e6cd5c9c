// Notices a connection that is dead without having been closed, as after a change of network.

/** After this much silence the server is asked for a sign of life. */
export const ASK_AFTER_MS = 2_000;
/**
 * After this much silence the connection counts as dead: a TCP stream that loses the same segment four times, as happens at 20 %
 * loss, is heard again after about 7 s, and next after 14 s. The server waits longer, so that it is the client who decides.
 */
export const DEAD_AFTER_MS = 8_000;
/** A frame counts at most this much: while the page was stopped, nothing could have been heard. */
const MAX_FRAME_MS = 250;

/** Adds up the time in which nothing was received. A room may be silent for long; an answer to a ping ends the doubt. */
export class SilenceWatch {
  #silentMs = 0;
  #hasAsked = false;

  /** Something was received. */
  onFrame(): void {
    this.#silentMs = 0;
    this.#hasAsked = false;
  }

  /** A display frame of `elapsedMs` has passed. `ask` is said once in a silence. */
  elapse(elapsedMs: number): "fine" | "ask" | "dead" {
    this.#silentMs += Math.min(elapsedMs, MAX_FRAME_MS);
    if (this.#silentMs >= DEAD_AFTER_MS) {
      this.onFrame();
      return "dead";
    }
    if (this.#silentMs < ASK_AFTER_MS || this.#hasAsked) return "fine";
    this.#hasAsked = true;
    return "ask";
  }
}
