// The named networks that tests, benchmarks and people play under. Every figure is stated here and nowhere else.
import { burstyLoss, type LinkConditions, type Loss, meanLossRate, requireRange } from "./link-conditions.ts";
import { type BlackoutWindow, MAX_PLANNED_BLACKOUTS } from "./link-model.ts";

/** Which way a packet goes: `up` from client to server, `down` from server to client. */
export type Direction = "up" | "down";

/** Both directions, in the order they are reported. */
export const DIRECTIONS: readonly Direction[] = ["up", "down"];

/** What a link of this profile does in each direction. */
export type Profile = Readonly<Record<Direction, LinkConditions>>;

/**
 * A profile as people speak of one. `rttMs` and `rttJitterMs` are of the ROUND TRIP, and each direction gets half of
 * both: "80 ms, 20 ms jitter" is 40 ± 10 ms each way. Loss and duplication are per packet and per direction, so a
 * question and its answer both arrive with chance `(1 - loss)²`.
 */
export interface ProfileFigures {
  /** Mean round-trip time without queues, in milliseconds. */
  readonly rttMs: number;
  /** The round trip is within `rttMs ± rttJitterMs`, in milliseconds. */
  readonly rttJitterMs: number;
  readonly loss: Loss;
  readonly isReordering: boolean;
  readonly duplicateRate: number;
  /** Bottleneck from client to server and back, in bits a second. */
  readonly upBitsPerSecond: number;
  readonly downBitsPerSecond: number;
  /** Room at each bottleneck, in bytes. */
  readonly queueBytes: number;
}

/**
 * The named profiles.
 *
 * - `lan`: a wired office. No loss, 1 ms round trip.
 * - `wifi`: a home with a busy channel. The radio retries, so loss is rare and comes in short runs; order is kept.
 * - `mobile`: 4G on the move. Order is kept by the radio layer, loss comes in runs at hand-overs, the uplink is narrow.
 * - `lossy`: 5 % loss, 80 ms, 20 ms jitter: the network a game has to be good on.
 * - `awful`: 20 % loss, 200 ms, with jitter, copies and little bandwidth: the network it has to survive.
 */
export const PROFILE_FIGURES = {
  lan: {
    rttMs: 1,
    rttJitterMs: 0.2,
    loss: { kind: "none" },
    isReordering: false,
    duplicateRate: 0,
    upBitsPerSecond: 1_000_000_000,
    downBitsPerSecond: 1_000_000_000,
    queueBytes: 1_048_576,
  },
  wifi: {
    rttMs: 20,
    rttJitterMs: 10,
    loss: burstyLoss(0.005, 2),
    isReordering: false,
    duplicateRate: 0,
    upBitsPerSecond: 10_000_000,
    downBitsPerSecond: 40_000_000,
    queueBytes: 131_072,
  },
  mobile: {
    rttMs: 60,
    rttJitterMs: 30,
    loss: burstyLoss(0.01, 3),
    isReordering: false,
    duplicateRate: 0,
    upBitsPerSecond: 2_000_000,
    downBitsPerSecond: 8_000_000,
    queueBytes: 131_072,
  },
  lossy: {
    rttMs: 80,
    rttJitterMs: 20,
    loss: { kind: "independent", rate: 0.05 },
    isReordering: true,
    duplicateRate: 0,
    upBitsPerSecond: 5_000_000,
    downBitsPerSecond: 20_000_000,
    queueBytes: 65_536,
  },
  awful: {
    rttMs: 200,
    rttJitterMs: 40,
    loss: { kind: "independent", rate: 0.2 },
    isReordering: true,
    duplicateRate: 0.01,
    upBitsPerSecond: 1_000_000,
    downBitsPerSecond: 3_000_000,
    queueBytes: 65_536,
  },
} as const satisfies Record<string, ProfileFigures>;

/** The name of a profile. */
export type ProfileName = keyof typeof PROFILE_FIGURES;

/** Every profile name, mildest first. */
export const PROFILE_NAMES = Object.keys(PROFILE_FIGURES) as ProfileName[];

/** True when `name` names a profile. */
export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(PROFILE_FIGURES, name);
}

/** The conditions of each direction for a named profile, or for figures of your own: half the round trip each way. */
export function profile(source: ProfileName | ProfileFigures): Profile {
  const figures: ProfileFigures = typeof source === "string" ? PROFILE_FIGURES[source] : source;
  return {
    up: conditionsOf(figures, figures.upBitsPerSecond),
    down: conditionsOf(figures, figures.downBitsPerSecond),
  };
}

/** One line for people: every figure of the profile with its unit. */
export function describeProfile(figures: ProfileFigures): string {
  const { loss } = figures;
  const order = figures.isReordering ? "may reorder" : "keeps order";
  return [
    `round trip ${figures.rttMs} ± ${figures.rttJitterMs} ms`,
    `${describeLoss(loss)} each way`,
    order,
    `${figures.duplicateRate * 100} % duplicated`,
    `${figures.upBitsPerSecond / 1e6} Mbit/s up, ${figures.downBitsPerSecond / 1e6} Mbit/s down`,
    `queue ${figures.queueBytes / 1024} KiB`,
  ].join(", ");
}

/** `count` blackouts of `lengthMs` each, the first at `firstMs`, one every `everyMs`. For {@link LinkModel.addBlackout}. */
export function repeatedBlackouts(plan: {
  readonly firstMs: number;
  readonly lengthMs: number;
  readonly everyMs: number;
  readonly count: number;
}): readonly BlackoutWindow[] {
  requireRange("count", plan.count, 0, MAX_PLANNED_BLACKOUTS);
  requireRange("lengthMs (at most everyMs)", plan.lengthMs, Number.MIN_VALUE, plan.everyMs);
  return Array.from({ length: plan.count }, (_, index) => {
    const fromMs = plan.firstMs + index * plan.everyMs;
    return { fromMs, untilMs: fromMs + plan.lengthMs };
  });
}

function conditionsOf(figures: ProfileFigures, bandwidthBitsPerSecond: number): LinkConditions {
  return {
    loss: figures.loss,
    delayMs: figures.rttMs / 2,
    jitterMs: figures.rttJitterMs / 2,
    isReordering: figures.isReordering,
    duplicateRate: figures.duplicateRate,
    bandwidthBitsPerSecond,
    queueBytes: figures.queueBytes,
  };
}

function describeLoss(loss: Loss): string {
  if (loss.kind === "none") return "no loss";
  if (loss.kind === "independent") return `${loss.rate * 100} % loss`;
  return `${(meanLossRate(loss) * 100).toFixed(1)} % loss in runs of about ${(1 / loss.badToGood).toFixed(0)}`;
}
