// One direction of a network link as arithmetic: a packet's size and time go in, and when it arrives, if it does, comes
// out. It has no clock and no socket, so that tests can ask it about ten minutes of traffic in a few milliseconds.
import { checkConditions, type LinkConditions, requireRange } from "./link-conditions.ts";
import { deriveSeed, MAX_SEED, type RandomSource, seededRandom } from "./random.ts";

/** How many planned blackouts a link may have ahead of it. */
export const MAX_PLANNED_BLACKOUTS = 256;

/** A time in which the link carries nothing: `fromMs <= time < untilMs`. */
export interface BlackoutWindow {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Why a packet did not arrive: lost on the way, no room in the queue, or the link was dark. */
export type DropReason = "loss" | "queue" | "blackout";

/** What became of a packet: when each copy of it arrives (one, or two when it was duplicated), or why it does not. */
export type LinkOutcome =
  | { readonly isDelivered: true; readonly arrivalsMs: readonly number[] }
  | { readonly isDelivered: false; readonly reason: DropReason };

/** What a link did so far, in packets (and bytes of the packets offered and delivered, copies included). */
export interface LinkCounters {
  offered: number;
  offeredBytes: number;
  delivered: number;
  deliveredBytes: number;
  lost: number;
  queueDropped: number;
  blackedOut: number;
  duplicated: number;
  /** Copies that arrive before one that was offered earlier. */
  reordered: number;
}

/** What a {@link LinkModel} is made from. */
export interface LinkModelOptions {
  readonly conditions: LinkConditions;
  /** 0 to {@link MAX_SEED}. */
  readonly seed: number;
}

/**
 * One direction of a link. A packet passes, in this order: the blackout (dropped when offered in one), the bottleneck
 * with its queue (tail drop), loss (a lost packet has used its bandwidth), delay with jitter, and duplication (a copy
 * costs no bandwidth, and has a delay of its own).
 *
 * The same seed, conditions, packets and times give the same outcomes. Every packet draws the same count of numbers from
 * a stream for each purpose, so that changing the jitter does not change which packets are lost. Times are milliseconds
 * on any one clock, and may not go back.
 */
export class LinkModel {
  /** What the link did so far. Read it, and copy it to keep it. */
  readonly counters: LinkCounters = emptyLinkCounters();
  #conditions: LinkConditions;
  readonly #random: Record<"chain" | "loss" | "jitter" | "duplicate" | "duplicateJitter", RandomSource>;
  #isInBadState = false;
  #isBlocked = false;
  #darkUntilMs = Number.NEGATIVE_INFINITY;
  #blackouts: BlackoutWindow[] = [];
  #nowMs = Number.NEGATIVE_INFINITY;
  #busyUntilMs = Number.NEGATIVE_INFINITY;
  #latestArrivalMs = Number.NEGATIVE_INFINITY;

  /** Throws a RangeError naming the field when the conditions or the seed are out of range. */
  constructor({ conditions, seed }: LinkModelOptions) {
    checkConditions(conditions);
    requireRange("seed", seed, 0, MAX_SEED);
    this.#conditions = conditions;
    this.#random = {
      chain: seededRandom(deriveSeed(seed, 11)),
      loss: seededRandom(deriveSeed(seed, 12)),
      jitter: seededRandom(deriveSeed(seed, 13)),
      duplicate: seededRandom(deriveSeed(seed, 14)),
      duplicateJitter: seededRandom(deriveSeed(seed, 15)),
    };
  }

  /** The conditions in force. */
  get conditions(): LinkConditions {
    return this.#conditions;
  }

  /** Puts other conditions in force for the packets offered from now on; what is on its way keeps its arrival time. */
  setConditions(conditions: LinkConditions): void {
    checkConditions(conditions);
    this.#conditions = conditions;
    if (conditions.loss.kind !== "bursty") this.#isInBadState = false;
  }

  /** Plans a blackout: drops what is offered in the window. What is already on its way arrives. */
  addBlackout(window: BlackoutWindow): void {
    if (!(window.untilMs > window.fromMs)) {
      throw new RangeError(`untilMs must be after fromMs (${window.fromMs}), and was ${window.untilMs}.`);
    }
    if (this.#blackouts.length >= MAX_PLANNED_BLACKOUTS) {
      throw new RangeError(`A link takes at most ${MAX_PLANNED_BLACKOUTS} planned blackouts: add later ones later.`);
    }
    this.#blackouts.push(window);
  }

  /** Drops everything offered before `untilMs`, starting now. */
  darken(untilMs: number): void {
    this.#darkUntilMs = Math.max(this.#darkUntilMs, untilMs);
  }

  /** Drops everything offered until {@link unblock}. */
  block(): void {
    this.#isBlocked = true;
  }

  /** Ends {@link block}. Blackouts stay. */
  unblock(): void {
    this.#isBlocked = false;
  }

  /** Sends a packet of `sizeBytes` at `nowMs`, and tells what becomes of it. Throws a RangeError when time goes back. */
  offer(sizeBytes: number, nowMs: number): LinkOutcome {
    if (!(nowMs >= this.#nowMs)) throw new RangeError(`nowMs must not go back from ${this.#nowMs}, and was ${nowMs}.`);
    requireRange("sizeBytes", sizeBytes, 0, Number.MAX_SAFE_INTEGER);
    this.#nowMs = nowMs;
    const draws = this.#draw();
    this.counters.offered += 1;
    this.counters.offeredBytes += sizeBytes;

    if (this.#isDark(nowMs)) return this.#drop("blackout");
    const departsMs = this.#enterQueue(sizeBytes, nowMs);
    if (departsMs === undefined) return this.#drop("queue");
    if (draws.isLost) return this.#drop("loss");

    const arrivalsMs = [this.#arrive(sizeBytes, departsMs, draws.jitter)];
    if (draws.isDuplicated) {
      this.counters.duplicated += 1;
      arrivalsMs.push(this.#arrive(sizeBytes, departsMs, draws.duplicateJitter));
    }
    return { isDelivered: true, arrivalsMs };
  }

  /** The bytes waiting at the bottleneck at `nowMs`. */
  queuedBytes(nowMs: number): number {
    const waitingMs = Math.max(0, this.#busyUntilMs - nowMs);
    return waitingMs === 0 ? 0 : (waitingMs * this.#conditions.bandwidthBitsPerSecond) / 8_000;
  }

  #draw(): { isLost: boolean; isDuplicated: boolean; jitter: number; duplicateJitter: number } {
    const chain = this.#random.chain();
    const lossDraw = this.#random.loss();
    const { loss } = this.#conditions;
    if (loss.kind === "bursty") {
      this.#isInBadState = this.#isInBadState ? chain >= loss.badToGood : chain < loss.goodToBad;
    }
    const stateLoss = loss.kind === "bursty" ? (this.#isInBadState ? loss.lossInBad : loss.lossInGood) : 0;
    return {
      isLost: lossDraw < (loss.kind === "independent" ? loss.rate : stateLoss),
      isDuplicated: this.#random.duplicate() < this.#conditions.duplicateRate,
      jitter: this.#random.jitter() * 2 - 1,
      duplicateJitter: this.#random.duplicateJitter() * 2 - 1,
    };
  }

  #isDark(nowMs: number): boolean {
    if (this.#blackouts.length > 0) this.#blackouts = this.#blackouts.filter((window) => window.untilMs > nowMs);
    return this.#isBlocked || nowMs < this.#darkUntilMs || this.#blackouts.some((window) => window.fromMs <= nowMs);
  }

  /** When the last bit of the packet leaves the bottleneck; nothing when the queue has no room for it. */
  #enterQueue(sizeBytes: number, nowMs: number): number | undefined {
    const { bandwidthBitsPerSecond, queueBytes } = this.#conditions;
    if (bandwidthBitsPerSecond === Number.POSITIVE_INFINITY) {
      this.#busyUntilMs = Math.max(this.#busyUntilMs, nowMs);
      return this.#busyUntilMs;
    }
    const isIdle = this.#busyUntilMs <= nowMs;
    if (!isIdle && this.queuedBytes(nowMs) + sizeBytes > queueBytes) return undefined;
    this.#busyUntilMs = Math.max(this.#busyUntilMs, nowMs) + (sizeBytes * 8_000) / bandwidthBitsPerSecond;
    return this.#busyUntilMs;
  }

  #arrive(sizeBytes: number, departsMs: number, jitter: number): number {
    const { delayMs, jitterMs, isReordering } = this.#conditions;
    const drawnMs = departsMs + delayMs + jitter * jitterMs;
    const arrivalMs = isReordering ? drawnMs : Math.max(drawnMs, this.#latestArrivalMs);
    if (arrivalMs < this.#latestArrivalMs) this.counters.reordered += 1;
    this.#latestArrivalMs = Math.max(this.#latestArrivalMs, arrivalMs);
    this.counters.delivered += 1;
    this.counters.deliveredBytes += sizeBytes;
    return arrivalMs;
  }

  #drop(reason: DropReason): LinkOutcome {
    if (reason === "loss") this.counters.lost += 1;
    else if (reason === "queue") this.counters.queueDropped += 1;
    else this.counters.blackedOut += 1;
    return { isDelivered: false, reason };
  }
}

/** Counters at zero. */
export function emptyLinkCounters(): LinkCounters {
  return {
    offered: 0,
    offeredBytes: 0,
    delivered: 0,
    deliveredBytes: 0,
    lost: 0,
    queueDropped: 0,
    blackedOut: 0,
    duplicated: 0,
    reordered: 0,
  };
}

/** Adds `counters` into `total`. */
export function addLinkCounters(total: LinkCounters, counters: LinkCounters): void {
  for (const key of Object.keys(total) as (keyof LinkCounters)[]) total[key] += counters[key];
}
