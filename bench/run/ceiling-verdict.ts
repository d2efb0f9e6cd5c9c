// Whether one core carries so many players: what a trial must show for it.
import type { Verdict } from "./ceiling-search.ts";
import type { Trial, TrialOutcome } from "./trial.ts";

/** Of the snapshots that a tick rate promises, so many must have come. */
export const MIN_SNAPSHOT_SHARE = 0.99;
/** Share of its core that the server may take. */
export const MAX_SERVER_SHARE = 0.9;
/** Share of its core above which the load measures itself. */
export const MAX_LOAD_SHARE = 0.85;

/** The figures that decide. */
export type Decisive = Pick<Trial, "snapshotsPerSecond" | "jitterP99Ms" | "cpuShare" | "loadCpuShare">;

/** Judges a trial at `tickHz`. A trial that failed beside a load at its limit says nothing of the server. */
export function judge(trial: Decisive, tickHz: number, faults: TrialOutcome["faults"]): Verdict {
  const why = reasonOf(trial, tickHz, faults);
  const { loadCpuShare } = trial;
  if (loadCpuShare > MAX_LOAD_SHARE) {
    return { outcome: "load-bound", why: `the load took ${percent(loadCpuShare)} of its core${why ? `; ${why}` : ""}` };
  }
  return why === undefined ? { outcome: "held" } : { outcome: "failed", why };
}

function reasonOf(trial: Decisive, tickHz: number, faults: readonly string[]): string | undefined {
  const { snapshotsPerSecond, jitterP99Ms, cpuShare } = trial;
  if (cpuShare >= MAX_SERVER_SHARE) return `the server took ${percent(cpuShare)} of its core`;
  if (!(snapshotsPerSecond >= MIN_SNAPSHOT_SHARE * tickHz)) return `${snapshotsPerSecond.toFixed(1)} snapshots/s`;
  if (!(jitterP99Ms <= 1_000 / tickHz)) return `jitter p99 ${jitterP99Ms.toFixed(0)} ms`;
  return faults[0];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
