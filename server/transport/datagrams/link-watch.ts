// What one client's link shows of itself: its floor, its jitter, and the stalls and losses that a WebSocket cannot hide.
import { SentTimes } from "./sent-times.ts";

/**
 * An ack that comes this much above the floor and one client tick is a stall; ms. TCP repeats a lost segment after a round
 * trip, and after 200 ms when it has to wait for its timer; a radio's own repeats and a busy frame stay below.
 */
export const STALL_MS = 70;
/** One this long is reason enough by itself: a freeze that a player has seen; ms. */
export const LONG_STALL_MS = 500;
/** Of shorter ones it takes two within this time: about 0.3 % of lost packets at 30 Hz; ms. */
export const STALL_MEMORY_MS = 10_000;
/** Late acks of one stall come together; the next one begins this long after; ms. */
const STALL_APART_MS = 250;

/**
 * Mean time that acks come above the floor, beyond the half tick that an ack waits for its input, from which on the stream
 * is worse than its path; ms. A stream is as late as the latest of its last packets, a datagram only as late as itself;
 * up to here the interpolation delay covers it.
 */
export const EXCESS_MS = 40;
/** The link is calm again below this; ms. */
export const CALM_EXCESS_MS = 25;
/** Gain of the mean: about the last second at 30 Hz. */
const EXCESS_GAIN = 1 / 32;
/** Acks this near to each other came in one input; ms. */
const ROUND_MS = 2;
/** Gain of the loss rate: about the last two seconds at 30 Hz. */
const LOSS_GAIN = 1 / 64;
/** Inputs with acks before the mean says anything. */
const MIN_ROUNDS = 32;

/** The floor is the least round trip of the last one to two of these; ms. A path that grew longer is not a stall for longer. */
const FLOOR_WINDOW_MS = 15_000;
/** Nothing is known before the first ack; ms. */
const UNKNOWN_FLOOR_MS = 100;

/** Watches one link. Time is an argument, in milliseconds. */
export class LinkWatch {
  /** The datagrams on their way. */
  readonly datagrams = new SentTimes();
  readonly #tickMs: number;
  #windowBeganMs = Number.NEGATIVE_INFINITY;
  /** Least ack of the window before and of this one; plain numbers, since they are asked for several times a tick. */
  #earlierFloorMs = Number.POSITIVE_INFINITY;
  #newestFloorMs = Number.POSITIVE_INFINITY;
  /** The same of keep-alives, which wait neither for an input nor behind a lost segment. */
  #earlierPathMs = Number.POSITIVE_INFINITY;
  #newestPathMs = Number.POSITIVE_INFINITY;
  /** The acks that came last, together. */
  #roundMs = Number.NEGATIVE_INFINITY;
  #roundRttMs = Number.POSITIVE_INFINITY;
  #rounds = 0;
  #excessMs = 0;
  #lastStallMs = Number.NEGATIVE_INFINITY;
  #stallBeforeMs = Number.NEGATIVE_INFINITY;
  #lastLongStallMs = Number.NEGATIVE_INFINITY;
  #lastSignMs = Number.NEGATIVE_INFINITY;
  #lost = 0;
  #loss = 0;

  /** `tickMs` is how often the client sends inputs, which acks wait for. */
  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  /** The least time of late from a frame to its ack; ms. */
  get floorMs(): number {
    const floorMs = Math.min(this.#earlierFloorMs, this.#newestFloorMs);
    return floorMs === Number.POSITIVE_INFINITY ? UNKNOWN_FLOOR_MS : floorMs;
  }

  /** Mean time above the floor, beyond the half tick that an ack waits; ms. */
  get excessMs(): number {
    return Math.max(0, this.#excessMs - this.#tickMs / 2);
  }

  /** Share of datagrams of late that were lost, of those that the client could have heard; 0 to 1. */
  get lossRate(): number {
    return this.#loss;
  }

  /** When the link last showed anything that would hurt on a WebSocket. */
  get lastSignMs(): number {
    return this.#lastSignMs;
  }

  /** Whether the WebSocket stalls, or is late on the whole, more than can be hidden. */
  isTroubled(nowMs: number): boolean {
    const isStalling = nowMs - this.#stallBeforeMs < STALL_MEMORY_MS || nowMs - this.#lastLongStallMs < STALL_MEMORY_MS;
    return isStalling || (this.#rounds >= MIN_ROUNDS && this.excessMs >= EXCESS_MS);
  }

  /** Something else has shown trouble. */
  sign(nowMs: number): void {
    this.#lastSignMs = nowMs;
  }

  /** A frame that went by the WebSocket is acknowledged. */
  onStreamAck(nowMs: number, rttMs: number): void {
    const lateMs = rttMs - this.floorMs - this.#tickMs;
    this.#measure(nowMs, rttMs);
    if (lateMs < STALL_MS) return;
    this.sign(nowMs);
    if (lateMs >= LONG_STALL_MS) this.#lastLongStallMs = nowMs;
    if (nowMs - this.#lastStallMs >= STALL_APART_MS) this.#stallBeforeMs = this.#lastStallMs;
    this.#lastStallMs = nowMs;
  }

  /** A keep-alive came back after this long: what the path is capable of when nothing waits for its turn. */
  onPathTime(nowMs: number, rttMs: number): void {
    this.#beginWindow(nowMs);
    this.#newestPathMs = Math.min(this.#newestPathMs, rttMs);
  }

  /** A datagram is acknowledged. */
  onDatagramAck(nowMs: number, rttMs: number): void {
    this.#measure(nowMs, rttMs);
    const passed = this.datagrams.acknowledged(nowMs - rttMs);
    // The frames in between are lost until they turn out to be late.
    for (let skipped = 1; skipped < passed; skipped++) this.#loss += (1 - this.#loss) * LOSS_GAIN;
    this.#loss -= this.#loss * LOSS_GAIN;
    if (this.datagrams.lost > this.#lost) this.sign(nowMs);
    this.#lost = this.datagrams.lost;
  }

  /** Stalls from before do not count again: the choice they called for was made. */
  forgetStalls(): void {
    this.#stallBeforeMs = Number.NEGATIVE_INFINITY;
    this.#lastLongStallMs = Number.NEGATIVE_INFINITY;
    this.#lastStallMs = Number.NEGATIVE_INFINITY;
  }

  /** Begins another window of the floors, when it is time. */
  #beginWindow(nowMs: number): void {
    if (nowMs - this.#windowBeganMs < FLOOR_WINDOW_MS) return;
    this.#windowBeganMs = nowMs;
    this.#earlierFloorMs = this.#newestFloorMs;
    this.#earlierPathMs = this.#newestPathMs;
    this.#newestFloorMs = Number.POSITIVE_INFINITY;
    this.#newestPathMs = Number.POSITIVE_INFINITY;
  }

  #measure(nowMs: number, rttMs: number): void {
    this.#beginWindow(nowMs);
    this.#newestFloorMs = Math.min(this.#newestFloorMs, rttMs);
    if (nowMs - this.#roundMs < ROUND_MS) {
      this.#roundRttMs = Math.min(this.#roundRttMs, rttMs);
      return;
    }
    this.#endRound();
    this.#roundMs = nowMs;
    this.#roundRttMs = rttMs;
  }

  /** Of the acks that came together only the newest frame's says something about the way: the others had waited for it. */
  #endRound(): void {
    if (this.#roundRttMs === Number.POSITIVE_INFINITY) return;
    this.#rounds += 1;
    // A stall is counted as one; it must not weigh for seconds after.
    const floorMs = Math.min(this.floorMs, this.#earlierPathMs, this.#newestPathMs);
    const excessMs = Math.min(this.#roundRttMs - floorMs, this.#tickMs + 2 * STALL_MS);
    this.#excessMs += (excessMs - this.#excessMs) * EXCESS_GAIN;
    if (this.#rounds >= MIN_ROUNDS && this.excessMs >= CALM_EXCESS_MS) this.sign(this.#roundMs);
  }
}
