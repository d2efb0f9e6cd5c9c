// Waiting for what becomes true by itself: in another process, or on another page.
import { setTimeout as pause } from "node:timers/promises";

const POLL_MS = 10;
/** Long enough for a busy machine; a wait that ends well never takes it. */
const PATIENCE_MS = 20_000;

/** What a probe answers while there is nothing yet. */
export type NotYet = undefined | false | null;

/** Asks `probe` until it answers something, and resolves with that. Rejects after `patienceMs`, naming `what`. */
export async function until<T>(
  what: string,
  probe: () => T | NotYet | Promise<T | NotYet>,
  patienceMs: number = PATIENCE_MS,
): Promise<T> {
  const givenUpAt = performance.now() + patienceMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined && answer !== false && answer !== null) return answer as T;
    if (performance.now() > givenUpAt) throw new Error(`Waited ${patienceMs} ms in vain for: ${what}.`);
    await pause(POLL_MS);
  }
}
