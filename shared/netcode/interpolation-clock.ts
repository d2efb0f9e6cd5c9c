// Which moment of the server's time to draw: late enough that there is a state on both sides of it, and no later.
import { SampleWindow } from "./sample-window.ts";

/** Bounds and behaviour of the interpolation delay; all times in ms. */
export type InterpolationOptions = {
  /** The delay is never less than this; 0 unless given. */
  minDelayMs?: number;
  /** The delay is never more than this; 250 unless given. Lag compensation must allow as much. */
  maxDelayMs?: number;
  /** Added to what the arrivals ask for; 4 unless given. */
  marginMs?: number;
};

/** Arrivals of this long are what the delay adapts to ([CLK4] of SPEC.md). */
export const ARRIVAL_WINDOW_MS = 2000;
/** Share of the arrivals that must be in time. */
export const IN_TIME_SHARE = 0.97;
/** Fastest and slowest that render time runs while it moves to its target. */
export const MAX_RENDER_RATE = 1.25;
export const MIN_RENDER_RATE = 0.5;
/** Further behind than this, render time jumps forward: the page was asleep. */
export const JUMP_THRESHOLD_MS = 1000;

const MAX_ARRIVALS = 256;
/** An error is worked off in about this time. */
const EASE_MS = 400;
const DEFAULT_MAX_DELAY_MS = 250;
const DEFAULT_MARGIN_MS = 4;

/**
 * The render time of remote entities. Each arriving snapshot shows how long the state before it had to last: that wait, less the fastest transit,
 * is the delay that would just have bridged it, so one number covers rate, jitter and loss. The delay is the 97th percentile of these.
 * Render time moves to it by running 0.5 to 1.25 times as fast as the clock; it never runs backwards.
 */
export class InterpolationClock {
  /** Current delay behind the fastest arrivals, in ms: where render time is heading. */
  delayMs: number;
  private readonly minDelayMs: number;
  private readonly maxDelayMs: number;
  private readonly marginMs: number;
  private readonly transits = new SampleWindow(ARRIVAL_WINDOW_MS, MAX_ARRIVALS);
  private readonly waits = new SampleWindow(ARRIVAL_WINDOW_MS, MAX_ARRIVALS);
  private newestServerMs = Number.NEGATIVE_INFINITY;
  private lastReadMs = Number.NaN;
  private renderMs = Number.NaN;

  constructor(options: InterpolationOptions = {}) {
    this.minDelayMs = options.minDelayMs ?? 0;
    this.maxDelayMs = options.maxDelayMs ?? DEFAULT_MAX_DELAY_MS;
    this.marginMs = options.marginMs ?? DEFAULT_MARGIN_MS;
    this.delayMs = this.minDelayMs;
  }

  /** Notes a snapshot of server time `serverMs` that arrived at `nowMs`. */
  add(nowMs: number, serverMs: number): void {
    this.transits.add(nowMs, nowMs - serverMs);
    if (serverMs > this.newestServerMs) {
      if (this.newestServerMs !== Number.NEGATIVE_INFINITY) this.waits.add(nowMs, nowMs - this.newestServerMs);
      this.newestServerMs = serverMs;
    }
    if (this.waits.size === 0) return;
    const wanted = this.waits.percentile(IN_TIME_SHARE) - this.transits.min() + this.marginMs;
    this.delayMs = Math.max(this.minDelayMs, Math.min(this.maxDelayMs, wanted));
  }

  /** Server time in ms to draw at `nowMs`; never less than an earlier answer. NaN before the second snapshot. */
  renderTime(nowMs: number): number {
    if (this.waits.size === 0) return Number.NaN;
    const target = nowMs - this.transits.min() - this.delayMs;
    const elapsedMs = Math.max(0, nowMs - this.lastReadMs);
    this.lastReadMs = nowMs;
    if (Number.isNaN(this.renderMs) || target - this.renderMs > JUMP_THRESHOLD_MS) {
      this.renderMs = target;
      return target;
    }
    const error = target - (this.renderMs + elapsedMs);
    const rate = Math.max(MIN_RENDER_RATE, Math.min(MAX_RENDER_RATE, 1 + error / EASE_MS));
    this.renderMs += elapsedMs * rate;
    return this.renderMs;
  }
}
