// Waits for what becomes true by itself, such as an expiry by a server's clock.
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 10;

/** Asks `probe` until it resolves to something other than undefined or false; rejects after `deadlineMs`. */
export async function eventually<Result>(
  what: string,
  probe: () => Promise<Result | undefined | false>,
  deadlineMs = 20_000,
): Promise<Result> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < deadlineMs) {
    const result = await probe();
    if (result !== undefined && result !== false) return result;
    await delay(POLL_MS);
  }
  throw new Error(`Waited ${deadlineMs} ms in vain for: ${what}`);
}
