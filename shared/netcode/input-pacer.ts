// How fast a client's tick should run so that the server always has its next input, and no queue of them stands.
import { SampleWindow } from "./sample-window.ts";

/** Slowest and fastest that the client's tick runs ([CLK5] of SPEC.md). */
export const MIN_TICK_RATE = 0.95;
export const MAX_TICK_RATE = 1.05;
/** The smallest depth of this time is the queue that stands, whatever comes and goes above it. */
export const DEPTH_WINDOW_MS = 500;
/** A standing queue longer than this beyond the target is cut at once, down to `KEPT_EXCESS_MS`; steering does the rest. */
export const SKIP_EXCESS_MS = 150;
export const KEPT_EXCESS_MS = 100;

const MAX_DEPTH_SAMPLES = 64;
/** One ms of excess is worked off in about this time, so tick rates of all rooms behave alike. */
const DRAIN_MS = 1000;
const DEFAULT_TARGET_DEPTH = 1;

/** `tickMs`: length of a tick. `targetDepth`: inputs that should be left after each server tick at the worst moment; 1 unless given. */
export type InputPacerOptions = { tickMs: number; targetDepth?: number };

/**
 * Steers the client's tick rate by the buffer depth that the server reports with each snapshot.
 *
 * It looks at the smallest depth of the last half second: what never goes away is a queue, what goes away is jitter doing its work. That is how
 * CoDel tells a bad queue from a good one (RFC 8289). Depth 0 at the worst moment means that the server may have run dry: run faster.
 */
export class InputPacer {
  /** Factor of the client's tick rate, 0.95 to 1.05. */
  rate = 1;
  private readonly tickMs: number;
  private readonly targetDepth: number;
  private readonly depths = new SampleWindow(DEPTH_WINDOW_MS, MAX_DEPTH_SAMPLES);
  private firstMs = 0;
  private lastMs = Number.NaN;
  private quietUntilMs = Number.NEGATIVE_INFINITY;
  private pendingSkip = 0;

  constructor({ tickMs, targetDepth }: InputPacerOptions) {
    this.tickMs = tickMs;
    this.targetDepth = targetDepth ?? DEFAULT_TARGET_DEPTH;
  }

  /** Notes the depth of a snapshot that arrived at `nowMs`, and how long a change of ours takes to show: the round-trip time. */
  report(nowMs: number, depth: number, rttMs: number): void {
    // After a silence one report alone says nothing about what stands: begin a new window.
    if (!(nowMs - this.lastMs <= DEPTH_WINDOW_MS / 2)) this.firstMs = nowMs;
    this.lastMs = nowMs;
    this.depths.add(nowMs, depth);
    const excess = this.depths.min() - this.targetDepth;
    const excessMs = excess * this.tickMs;
    this.rate = Math.max(MIN_TICK_RATE, Math.min(MAX_TICK_RATE, 1 - excessMs / DRAIN_MS));
    const isSettled = nowMs >= this.quietUntilMs && nowMs - this.firstMs >= DEPTH_WINDOW_MS;
    if (!isSettled || excessMs <= SKIP_EXCESS_MS) return;
    this.pendingSkip = Math.floor((excessMs - KEPT_EXCESS_MS) / this.tickMs);
    // Until the cut shows in the reports, and then for a whole window, nothing more may be cut.
    this.quietUntilMs = nowMs + rttMs + this.pendingSkip * this.tickMs + DEPTH_WINDOW_MS;
    this.depths.clear();
    this.firstMs = nowMs;
  }

  /** Ticks that the client should leave out now; each is told once. The server works through its queue meanwhile. */
  takeSkip(): number {
    const skip = this.pendingSkip;
    this.pendingSkip = 0;
    return skip;
  }
}
