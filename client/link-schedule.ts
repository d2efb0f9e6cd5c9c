// When a frame arrives on a simulated link: arithmetic only, seeded, in order as TCP delivers.
import { seededRandom } from "../shared/netcode/index.ts";

/** The conditions of a simulated link, on top of the real one. All zero: nothing is simulated. */
export interface LinkConditions {
  /** Added to the round trip, half of it each way; milliseconds. */
  latencyMs: number;
  /** Each round trip varies by up to this much more, half of it each way; milliseconds. */
  jitterMs: number;
  /** Segments lost each way, in percent. */
  lossPercent: number;
}

/** The upper ends of the conditions; higher settings count as these. */
export const LINK_LIMITS: Readonly<LinkConditions> = { latencyMs: 2_000, jitterMs: 1_000, lossPercent: 50 };

/** The shortest retransmission timeout of a common TCP (Linux; RFC 6298 asks for a second). */
const MIN_RETRANSMISSION_MS = 200;
/** No frame is held for longer than this by losses, so that a stall always ends. */
const MAX_STALL_MS = 3_000;

/** The same conditions within `LINK_LIMITS`; what is not a number counts as 0. */
export function clampConditions(conditions: Readonly<LinkConditions>): LinkConditions {
  return {
    latencyMs: clamp(conditions.latencyMs, LINK_LIMITS.latencyMs),
    jitterMs: clamp(conditions.jitterMs, LINK_LIMITS.jitterMs),
    lossPercent: clamp(conditions.lossPercent, LINK_LIMITS.lossPercent),
  };
}

/**
 * One direction of a simulated TCP connection. A lost segment is not missing in the end: it costs a retransmission
 * timeout, twice as long each time it is lost again (RFC 6298), and everything sent after it waits behind it. Fast
 * retransmission is left out, so a stall here is as long as on a quiet connection.
 */
export class LinkSchedule {
  readonly #random: () => number;
  #lastArrivalMs = Number.NEGATIVE_INFINITY;
  /** Segments lost so far. */
  losses = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** When a frame that is sent at `nowMs` arrives; never before one sent earlier. */
  arrivalMs(nowMs: number, conditions: Readonly<LinkConditions>): number {
    const { latencyMs, jitterMs, lossPercent } = clampConditions(conditions);
    const transitMs = (latencyMs + this.#random() * jitterMs) / 2;
    const arrivalMs = nowMs + transitMs + this.#stallMs(latencyMs + jitterMs, lossPercent);
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, arrivalMs);
    return this.#lastArrivalMs;
  }

  /** Forgets what was in flight: a new connection has no queue. */
  restart(): void {
    this.#lastArrivalMs = Number.NEGATIVE_INFINITY;
  }

  #stallMs(roundTripMs: number, lossPercent: number): number {
    let stallMs = 0;
    let timeoutMs = Math.max(MIN_RETRANSMISSION_MS, 2 * roundTripMs);
    while (stallMs < MAX_STALL_MS && this.#random() * 100 < lossPercent) {
      this.losses += 1;
      stallMs += timeoutMs;
      timeoutMs *= 2;
    }
    return Math.min(stallMs, MAX_STALL_MS);
  }
}

function clamp(value: number, max: number): number {
  return value > 0 ? Math.min(value, max) : 0;
}
