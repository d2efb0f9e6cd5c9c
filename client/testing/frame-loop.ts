// Frames of a session as a display would make them, for tests that run by the clock.
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ArenaInput, ArenaState, Player } from "../../shared/schema/arena/index.ts";
import type { GameSession } from "../game-session.ts";

/** A session of the arena. */
export type ArenaSession = GameSession<ArenaState, Player, ArenaInput>;

/** About 120 frames a second. */
const FRAME_MS = 8;
/** How long a test waits for what it expects. */
const PATIENCE_MS = 15_000;

/** Runs frames until something holds. What is held can be changed between two waits. */
export class FrameLoop {
  held: Partial<Pick<ArenaInput, "moveX" | "moveY" | "aim" | "fire">> = {};
  /** Called after each frame with the number of steps it ran. */
  onFrame: ((steps: number) => void) | undefined;
  readonly #session: ArenaSession;

  constructor(session: ArenaSession) {
    this.#session = session;
  }

  /** One frame, now. */
  frame(nowMs: number = performance.now()): number {
    const steps = this.#session.tick(nowMs, (input) => Object.assign(input, this.held));
    this.onFrame?.(steps);
    return steps;
  }

  /** Frames until `holds`, which is asked after each. Rejects after `PATIENCE_MS`, naming `what`. */
  until(what: string, holds: () => boolean): Promise<void> {
    const givenUpAt = performance.now() + PATIENCE_MS;
    return new Promise((resolve, reject) => {
      const timer = setInterval(() => {
        this.frame();
        const isDone = holds();
        if (!isDone && performance.now() < givenUpAt) return;
        clearInterval(timer);
        if (isDone) resolve();
        else reject(new Error(`Waited ${PATIENCE_MS} ms for: ${what}.`));
      }, FRAME_MS);
    });
  }

  /** Frames until `ticks` more snapshots of the server's have arrived. */
  run(ticks: number): Promise<void> {
    const first = this.#session.stats.tick;
    return this.until(`${ticks} ticks`, () => this.#session.stats.tick >= first + ticks);
  }
}

/** Lets the process's events happen until `holds`. Rejects after `PATIENCE_MS`, naming `what`. */
export async function settled(what: string, holds: () => boolean): Promise<void> {
  const givenUpAt = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > givenUpAt) throw new Error(`Waited ${PATIENCE_MS} ms for: ${what}.`);
    await nextTurn();
  }
}
