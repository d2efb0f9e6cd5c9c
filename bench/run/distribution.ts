// A pile of measurements and what is said of it.

/** Measurements of one kind. */
export class Distribution {
  readonly #values: number[] = [];
  #sorted: number[] | undefined;

  add(value: number): void {
    this.#values.push(value);
    this.#sorted = undefined;
  }

  /** Adds all of these to another. */
  copyTo(other: Distribution): void {
    for (const value of this.#values) other.add(value);
  }

  /** What becomes of each measurement, as a distribution of its own. */
  map(change: (value: number) => number): Distribution {
    const changed = new Distribution();
    for (const value of this.#values) changed.add(change(value));
    return changed;
  }

  get count(): number {
    return this.#values.length;
  }

  /** The value that the given share of all is at most; NaN when there is none. */
  percentile(share: number): number {
    this.#sorted ??= this.#values.toSorted((a, b) => a - b);
    return this.#sorted[Math.min(this.count - 1, Math.floor(share * this.count))] ?? Number.NaN;
  }

  get max(): number {
    return this.percentile(1);
  }

  /** Share of the values above a bound, from 0 to 1. */
  shareAbove(bound: number): number {
    return this.#values.filter((value) => value > bound).length / Math.max(1, this.count);
  }

  /** The share of values above each of `steps` bounds up to `max`: the points of a plot. */
  tail(max: number, steps = 100): [number, number][] {
    return Array.from({ length: steps + 1 }, (_, index) => {
      const bound = (index * max) / steps;
      return [bound, this.shareAbove(bound)];
    });
  }
}
