// Runs the ticks of a room when they are due.
import { TickSchedule } from "./tick-schedule.ts";

/** Where the room keeps the timer that rings next; whoever clears it there ends the ticks. */
export interface TimerSlot {
  get(): NodeJS.Timeout | undefined;
  set(timer: NodeJS.Timeout): void;
}

/**
 * Calls `run` with how many ticks are due, as often as `stepMs` says, until the slot's timer is cleared. Colyseus' own
 * interval drifts: it rings late each time, and its lateness adds up to ticks that come in pairs. `run` must not throw.
 */
export function startTicks(stepMs: number, slot: TimerSlot, run: (due: number) => void): void {
  const schedule = new TickSchedule(stepMs, performance.now());
  const wait = (): void => slot.set(setTimeout(ring, schedule.waitMs(performance.now())));
  const ring = (): void => {
    const timer = slot.get();
    run(schedule.takeDue(performance.now()));
    // A room that was disposed of in its own tick has no timer any more.
    if (slot.get() === timer) wait();
  };
  wait();
}
