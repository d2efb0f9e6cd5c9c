// The end of a game server: no new players, matches end or reach the deadline, then the process may go.
import { setTimeout as sleep } from "node:timers/promises";
import type { AnyGameRoom } from "../rooms/kit/index.ts";
import { ROOM_CLOSE } from "../rooms/kit/index.ts";

const POLL_MS = 100;
/** After the deadline, how long rooms get to tell their clients and dispose. */
const CLOSE_TIMEOUT_MS = 5_000;

/** How a drain ended. */
export type DrainOutcome = "empty" | "deadline" | "skipped";

/** What is drained. `skip` cuts the wait short. */
export interface DrainOptions {
  readonly rooms: Iterable<AnyGameRoom> & { readonly size: number };
  readonly deadlineMs: number;
  readonly skip: AbortSignal;
}

/**
 * Locks every room and waits until they are gone, the deadline has passed or `skip` is aborted; what is left then is
 * closed with `ROOM_CLOSE.serverDraining`. Resolves when no room is open.
 */
export async function drainRooms({ rooms, deadlineMs, skip }: DrainOptions): Promise<DrainOutcome> {
  for (const room of rooms) {
    void room.lock();
    room.onDrain();
  }
  const deadline = Date.now() + deadlineMs;
  while (hasPlayers(rooms) && Date.now() < deadline && !skip.aborted) await pause(POLL_MS, skip);
  const outcome = !hasPlayers(rooms) ? "empty" : skip.aborted ? "skipped" : "deadline";
  const closing = [...rooms].map((room) => room.disconnect(ROOM_CLOSE.serverDraining).catch(() => undefined));
  const isClosed = new AbortController();
  void Promise.all(closing).then(() => isClosed.abort());
  await pause(CLOSE_TIMEOUT_MS, isClosed.signal);
  return outcome;
}

/** Seats that wait for a reconnection count: their players may still come back. */
function hasPlayers(rooms: Iterable<AnyGameRoom>): boolean {
  for (const room of rooms) if (room.hasPlayers) return true;
  return false;
}

/** Resolves after `ms`, or at once when `skip` is aborted. */
function pause(ms: number, skip: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal: skip }).catch(() => undefined);
}
