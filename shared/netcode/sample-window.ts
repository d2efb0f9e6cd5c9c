// The samples of the last few seconds: what the clocks take their smallest, median and late values from.

/**
 * Numbers with a time, forgotten when they are older than `windowMs` or when more than `capacity` newer ones have come. Times must not
 * fall. The newest sample is kept however old it is, so that an estimate outlives a silence.
 */
export class SampleWindow {
  readonly windowMs: number;
  private readonly capacity: number;
  private readonly times: number[] = [];
  private readonly values: number[] = [];

  constructor(windowMs: number, capacity: number) {
    this.windowMs = windowMs;
    this.capacity = capacity;
  }

  /** Number of samples in the window. */
  get size(): number {
    return this.values.length;
  }

  /** Adds a sample taken at `nowMs`. Numbers that are not finite are ignored. */
  add(nowMs: number, value: number): void {
    if (!Number.isFinite(value) || !Number.isFinite(nowMs)) return;
    this.times.push(nowMs);
    this.values.push(value);
    this.expire(nowMs);
  }

  /** Forgets what is too old at `nowMs`, except the newest. */
  expire(nowMs: number): void {
    while (this.values.length > 1 && (this.values.length > this.capacity || nowMs - this.times[0]! > this.windowMs)) {
      this.times.shift();
      this.values.shift();
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.times.length = 0;
    this.values.length = 0;
  }

  /** Smallest sample; NaN when there is none. */
  min(): number {
    return this.values.length === 0 ? Number.NaN : Math.min(...this.values);
  }

  /** The sample that `share` (0 to 1) of the samples do not exceed; NaN when there is none. Nearest rank. */
  percentile(share: number): number {
    if (this.values.length === 0) return Number.NaN;
    const sorted = this.values.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
  }
}
