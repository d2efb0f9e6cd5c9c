// What a link does to packets, as plain figures, and the check that the figures make sense.

/** No packet is lost. */
export interface NoLoss {
  readonly kind: "none";
}

/** Each packet is lost by itself with chance `rate`, 0 to 1. */
export interface IndependentLoss {
  readonly kind: "independent";
  readonly rate: number;
}

/**
 * Losses come in bursts: a two-state chain that takes one step a packet, and loses with one chance in the good state and
 * another in the bad one (E. N. Gilbert 1960; E. O. Elliott 1963, both Bell System Technical Journal). All 0 to 1.
 */
export interface BurstyLoss {
  readonly kind: "bursty";
  readonly goodToBad: number;
  readonly badToGood: number;
  readonly lossInGood: number;
  readonly lossInBad: number;
}

/** How a link loses packets. */
export type Loss = NoLoss | IndependentLoss | BurstyLoss;

/** What one direction of a link does to packets. */
export interface LinkConditions {
  readonly loss: Loss;
  /** The mean time from leaving the bottleneck to arriving, in milliseconds. One way. */
  readonly delayMs: number;
  /** The delay is uniform in `delayMs ± jitterMs`. At most `delayMs`. */
  readonly jitterMs: number;
  /** True: jitter may let a packet overtake another. False: a packet waits for the one before it. */
  readonly isReordering: boolean;
  /** The chance, 0 to 1, that a packet arrives twice. */
  readonly duplicateRate: number;
  /** What the bottleneck carries, in bits a second; `Infinity` for no limit. */
  readonly bandwidthBitsPerSecond: number;
  /** What may wait at the bottleneck, in bytes; a packet that does not fit is dropped (tail drop). */
  readonly queueBytes: number;
}

/** A link that does nothing: every packet arrives at once. */
export const CLEAR_LINK: LinkConditions = {
  loss: { kind: "none" },
  delayMs: 0,
  jitterMs: 0,
  isReordering: false,
  duplicateRate: 0,
  bandwidthBitsPerSecond: Number.POSITIVE_INFINITY,
  queueBytes: Number.POSITIVE_INFINITY,
};

/** The longest one-way delay, in milliseconds: what is on its way has to stay bounded. */
export const MAX_DELAY_MS = 60_000;

/** The slowest bottleneck, in bits a second. */
export const MIN_BANDWIDTH_BITS_PER_SECOND = 1_000;

/**
 * Bursty loss of which `rate` of all packets are lost, in runs of `meanBurstPackets` packets on average (every packet of
 * a run is lost, none between runs). Throws a RangeError for figures no such chain can have.
 */
export function burstyLoss(rate: number, meanBurstPackets: number): BurstyLoss {
  requireRange("rate", rate, 0, 0.9);
  requireRange("meanBurstPackets", meanBurstPackets, 1, 10_000);
  const badToGood = 1 / meanBurstPackets;
  const goodToBad = (rate * badToGood) / (1 - rate);
  requireRange(
    "goodToBad (of rate / (meanBurstPackets * (1 - rate)); use longer bursts or a lower rate)",
    goodToBad,
    0,
    1,
  );
  return { kind: "bursty", goodToBad, badToGood, lossInGood: 0, lossInBad: 1 };
}

/** The share of packets, 0 to 1, that `loss` loses in the long run. */
export function meanLossRate(loss: Loss): number {
  if (loss.kind === "none") return 0;
  if (loss.kind === "independent") return loss.rate;
  const changes = loss.goodToBad + loss.badToGood;
  const shareBad = changes === 0 ? 0 : loss.goodToBad / changes;
  return loss.lossInGood * (1 - shareBad) + loss.lossInBad * shareBad;
}

/** Throws a RangeError that names the field, its bound and the value given, when `conditions` make no sense. */
export function checkConditions(conditions: LinkConditions): void {
  const { loss, delayMs, jitterMs, duplicateRate, bandwidthBitsPerSecond, queueBytes } = conditions;
  if (loss.kind === "independent") requireRange("loss.rate", loss.rate, 0, 1);
  if (loss.kind === "bursty") {
    requireRange("loss.goodToBad", loss.goodToBad, 0, 1);
    requireRange("loss.badToGood", loss.badToGood, 0, 1);
    requireRange("loss.lossInGood", loss.lossInGood, 0, 1);
    requireRange("loss.lossInBad", loss.lossInBad, 0, 1);
  }
  requireRange("delayMs", delayMs, 0, MAX_DELAY_MS);
  requireRange("jitterMs (at most delayMs, so that no packet arrives before it was sent)", jitterMs, 0, delayMs);
  requireRange("duplicateRate", duplicateRate, 0, 1);
  requireRange(
    "bandwidthBitsPerSecond",
    bandwidthBitsPerSecond,
    MIN_BANDWIDTH_BITS_PER_SECOND,
    Number.POSITIVE_INFINITY,
  );
  requireRange("queueBytes", queueBytes, 0, Number.POSITIVE_INFINITY);
}

/** Throws a RangeError naming `field` and its bounds, unless `lowest <= value <= highest`. */
export function requireRange(field: string, value: number, lowest: number, highest: number): void {
  if (value >= lowest && value <= highest) return;
  throw new RangeError(
    `${field} must be from ${lowest} to ${highest}, and was ${value}: give it a value in that range.`,
  );
}
