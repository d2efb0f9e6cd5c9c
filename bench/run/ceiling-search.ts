// The search for the highest number of players that hold: double until one does not, then halve the gap.

/** What one trial said: all was on time, or it was not, or the clients themselves were too busy to tell. */
export type Verdict =
  | { readonly outcome: "held" }
  | { readonly outcome: "failed" | "load-bound"; readonly why: string };

/** Where to search. */
export interface SearchOptions {
  /** The first number that is tried; a multiple of `step`. */
  readonly start: number;
  /** Numbers are multiples of this, e.g. of a room. */
  readonly step: number;
  /** No more than this is tried. */
  readonly max: number;
  /** The search ends when the gap is at most this share of the highest number that held. */
  readonly precision: number;
  readonly trial: (players: number) => Promise<Verdict>;
}

/** What a search found. */
export interface Ceiling {
  /** The highest number that held; 0 when none did. */
  readonly players: number;
  /** The lowest number that did not; left out when all that were tried held. */
  readonly above?: number;
  /** What ended it; `bound` when `max` held. */
  readonly outcome: "failed" | "load-bound" | "bound";
  readonly why: string;
  readonly trials: number;
}

/** Searches. A number that did not hold is tried once more: on a machine with others on it, one bad moment is no ceiling. */
export async function findCeiling({ start, step, max, precision, trial }: SearchOptions): Promise<Ceiling> {
  let held = 0;
  let failed: { players: number; verdict: Exclude<Verdict, { outcome: "held" }> } | undefined;
  let trials = 0;
  const toStep = (players: number): number => Math.max(step, Math.round(players / step) * step);
  const probe = async (players: number): Promise<void> => {
    trials += 1;
    let verdict = await trial(players);
    if (verdict.outcome === "failed") {
      trials += 1;
      verdict = await trial(players);
    }
    if (verdict.outcome === "held") held = players;
    else failed = { players, verdict };
  };
  for (let players = start; !failed && held < max; players = Math.min(max, toStep(2 * players))) await probe(players);
  while (failed && failed.players - held > Math.max(step, precision * held)) {
    const middle = toStep((held + failed.players) / 2);
    if (middle <= held || middle >= failed.players) break;
    await probe(middle);
  }
  if (!failed) return { players: held, outcome: "bound", why: `no more than ${max} were tried`, trials };
  const { players: above, verdict } = failed;
  return { players: held, above, outcome: verdict.outcome, why: verdict.why, trials };
}
