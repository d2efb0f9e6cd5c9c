// Several trials of one peer as one figure each: the median, and how far the trials lie apart.

/** A figure over all rounds. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Median and spread. Throws for no values: a peer without trials has no figures. */
export function summarise(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError("No values to summarise: the peer has no trial.");
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)]!;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]!;
  return { median: (lower + upper) / 2, min: sorted[0]!, max: sorted.at(-1)! };
}

/** Each numeric figure of the trials, summarised; one that not every trial has is left out. */
export function summariseAll(trials: readonly object[]): Record<string, Summary> {
  const [first = {}] = trials;
  const summaries: Record<string, Summary> = {};
  for (const name of Object.keys(first)) {
    const values = trials.map((trial) => (trial as Record<string, unknown>)[name]);
    if (values.every((value) => typeof value === "number")) summaries[name] = summarise(values);
  }
  return summaries;
}
