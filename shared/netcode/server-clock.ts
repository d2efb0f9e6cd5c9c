// What time it is at the server, and how far away the server is: from the echoes that ride every snapshot.

import { SampleWindow } from "./sample-window.ts";
import { MAX_ECHO_HOLD_MS } from "./snapshot-header.ts";

/** How long a sample counts. A path change, up or down, is followed within this time ([CLK2] of SPEC.md). */
export const RTT_WINDOW_MS = 1500;
/** Most samples that count. */
export const MAX_RTT_SAMPLES = 128;
/** The estimate moves towards the truth by at most this share of the time that passes, so that it never runs backwards. */
export const MAX_SLEW = 0.05;
/** An error above this is not slewed but stepped over: forwards at once, backwards by standing still. */
export const STEP_THRESHOLD_MS = 250;

const STAMP_MASK = 0xffff;
const JITTER_GAIN = 1 / 16;

/** One exchange: the client's clock when it sent and when the answer came, and what the server said in it. */
export type ClockSample = {
  /** Client's clock at sending, in ms. */
  sentMs: number;
  /** Client's clock when the snapshot arrived, in ms. */
  receivedMs: number;
  /** How long the server held the frame before it answered, in ms. */
  holdMs: number;
  /** Server's time in the answer, in ms; for a snapshot its tick times the tick's length. */
  serverMs: number;
};

/** 16 bits of a clock in ms, for an input frame. */
export function clockStamp(nowMs: number): number {
  return Math.floor(nowMs) & STAMP_MASK;
}

/** The clock reading at or before `nowMs` that `clockStamp` turned into `stamp`, if that was less than 65 s ago. */
export function stampTime(stamp: number, nowMs: number): number {
  const whole = Math.floor(nowMs);
  return whole - ((whole - stamp) & STAMP_MASK);
}

/**
 * Estimates the server's time, the round-trip time and the jitter. Pure: time comes in with each call.
 *
 * Round trip: the median of the last 1.5 s. Offset: NTP's clock filter (RFC 5905, section 10) trusts the exchange with the shortest round trip,
 * because its delays are least likely to be lopsided; with 30 exchanges a second, the median offset of the shorter half is steadier.
 * Jitter: RFC 3550, section 6.4.1. Nothing is ever rejected for being far from what was, so a path that becomes ten times longer is
 * believed like one that becomes shorter.
 */
export class ServerClock {
  /** Smoothed difference between the spacing of arrivals and of sendings, in ms (RFC 3550). */
  jitterMs = 0;
  private readonly roundTrips = new SampleWindow(RTT_WINDOW_MS, MAX_RTT_SAMPLES);
  private target = Number.NaN;
  private readonly samples: { atMs: number; rttMs: number; offsetMs: number }[] = [];
  private lastTransitMs = Number.NaN;
  private offsetMs = Number.NaN;
  private lastReadMs = Number.NaN;
  private lastServerMs = Number.NEGATIVE_INFINITY;

  /** Median round-trip time of the window in ms, without the server's holding; NaN before the first sample. */
  get rttMs(): number {
    return this.roundTrips.percentile(0.5);
  }

  /** True once there is an estimate. */
  get isReady(): boolean {
    return this.samples.length > 0;
  }

  /** Takes an exchange. One whose times make no sense (an answer before its question), or whose hold is only a bound, is ignored. */
  add({ sentMs, receivedMs, holdMs, serverMs }: ClockSample): void {
    const rttMs = receivedMs - sentMs - holdMs;
    // Stamps have whole milliseconds, so a loopback answer may seem to come up to 1 ms early.
    if (!(rttMs >= -1) || holdMs >= MAX_ECHO_HOLD_MS || !Number.isFinite(serverMs + receivedMs)) return;
    const safeRttMs = Math.max(0, rttMs);
    this.roundTrips.add(receivedMs, safeRttMs);
    this.samples.push({ atMs: receivedMs, rttMs: safeRttMs, offsetMs: serverMs + safeRttMs / 2 - receivedMs });
    while (this.samples.length > MAX_RTT_SAMPLES || receivedMs - this.samples[0]!.atMs > RTT_WINDOW_MS)
      this.samples.shift();
    this.target = this.targetOffsetMs();
    this.noteTransit(receivedMs - serverMs);
  }

  /** Server's time at the client's `nowMs`, in ms. Never less than an earlier answer. NaN before the first sample. */
  now(nowMs: number): number {
    const { target } = this;
    if (Number.isNaN(target)) return Number.NaN;
    const elapsedMs = Number.isNaN(this.lastReadMs) ? 0 : Math.max(0, nowMs - this.lastReadMs);
    const error = target - this.offsetMs;
    if (Number.isNaN(this.offsetMs) || Math.abs(error) > STEP_THRESHOLD_MS) this.offsetMs = target;
    else this.offsetMs += Math.max(-MAX_SLEW * elapsedMs, Math.min(MAX_SLEW * elapsedMs, error));
    this.lastReadMs = nowMs;
    this.lastServerMs = Math.max(this.lastServerMs, nowMs + this.offsetMs);
    return this.lastServerMs;
  }

  /** Median offset of the half of the window with the shorter round trips. */
  private targetOffsetMs(): number {
    const byRtt = this.samples.toSorted((a, b) => a.rttMs - b.rttMs);
    const better = byRtt.slice(0, Math.ceil(byRtt.length / 2)).map(({ offsetMs }) => offsetMs);
    return better.sort((a, b) => a - b)[(better.length - 1) >>> 1]!;
  }

  private noteTransit(transitMs: number): void {
    if (!Number.isNaN(this.lastTransitMs)) {
      this.jitterMs += (Math.abs(transitMs - this.lastTransitMs) - this.jitterMs) * JITTER_GAIN;
    }
    this.lastTransitMs = transitMs;
  }
}
