// Whether a server's memory grows, from samples over time.
import { summarise } from "./summary.ts";

/** One look at a server, after collections that were asked for. */
export interface MemorySample {
  /** Since the first player was asked to come. */
  readonly seconds: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
}

/** What the samples after the warm-up say of the heap; RSS is drawn and not judged, since V8 keeps what it may need again. */
export interface Growth {
  /** Medians of the first and the last third. */
  readonly firstBytes: number;
  readonly lastBytes: number;
  /** How much the last third may be above the first. */
  readonly allowedBytes: number;
  readonly isGrowing: boolean;
}

/** Growth of more than this share of the first third is a leak, */
const ALLOWED_SHARE = 0.05;
/** unless it is less than this, which compiled code and full pools can be; bytes. */
const ALLOWED_BYTES = 2 * 1024 * 1024;
/** Samples below which there are no thirds to compare. */
const MIN_SAMPLES = 3;

/** Judges samples from `warmUpSeconds` on. Throws when there are fewer than three. */
export function growthOf(samples: readonly MemorySample[], warmUpSeconds: number): Growth {
  const warm = samples.filter(({ seconds }) => seconds >= warmUpSeconds);
  if (warm.length < MIN_SAMPLES) {
    throw new RangeError(
      `${warm.length} samples after a warm-up of ${warmUpSeconds} s: at least ${MIN_SAMPLES} are compared.`,
    );
  }
  const third = Math.floor(warm.length / 3);
  const median = (part: readonly MemorySample[]): number => summarise(part.map(({ heapBytes }) => heapBytes)).median;
  const firstBytes = median(warm.slice(0, third));
  const lastBytes = median(warm.slice(-third));
  const allowedBytes = Math.max(ALLOWED_BYTES, ALLOWED_SHARE * firstBytes);
  return { firstBytes, lastBytes, allowedBytes, isGrowing: lastBytes - firstBytes > allowedBytes };
}
