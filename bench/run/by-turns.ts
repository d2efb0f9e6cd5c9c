// Points of this server alone, measured by turns: round after round over all of them, so that whatever the machine does meets all.
import { parseArgs } from "node:util";
import { findCores } from "./cores.ts";
import { describeMachine, keepResult, type ScenarioResult } from "./results.ts";
import type { Point } from "./scenarios.ts";
import { tableOf } from "./table.ts";
import type { TrialOutcome } from "./trial.ts";

/** What is measured by turns. */
export interface TurnsOptions {
  readonly scenario: string;
  readonly what: string;
  readonly points: readonly Point[];
  /** Points of a run that only sees whether everything works. */
  readonly quickPoints: readonly Point[];
  readonly runTrial: (point: Point, options: TurnsTrialOptions) => Promise<TrialOutcome>;
}

/** How one trial runs; seconds. */
export interface TurnsTrialOptions {
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

const MAX_ROUNDS = 100;
const MAX_SECONDS = 3_600;

/** A whole program: reads the command line, measures, prints the tables, keeps the figures. Exits with 1 after a fault. */
export async function measureByTurns(options: TurnsOptions): Promise<void> {
  const { scenario, what } = options;
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "5" },
      "warm-up": { type: "string", default: "4" },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(`Usage: npm run bench -- ${scenario} [--rounds 5] [--seconds 5] [--warm-up 4] [--quick]

${what}. Kept in bench/results/${scenario}.json; --quick is one short round, of which nothing is kept.`);
    return;
  }
  const rounds = values.quick ? 1 : numberOf("rounds", values.rounds, 1, MAX_ROUNDS);
  const seconds = values.quick ? 2 : numberOf("seconds", values.seconds, 1, MAX_SECONDS);
  const warmUpSeconds = values.quick ? 1 : numberOf("warm-up", values["warm-up"], 0, MAX_SECONDS);
  const points = values.quick ? options.quickPoints : options.points;
  const machine = describeMachine(findCores().unpinned === undefined);
  const outcomes = new Map<Point, TrialOutcome[]>(points.map((point) => [point, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const point of points) {
      const outcome = await options.runTrial(point, { seconds, warmUpSeconds });
      outcomes.get(point)!.push(outcome);
      const cost = outcome.trial.cpuMicroseconds.toFixed(0);
      process.stderr.write(`${scenario}, ${point.name}, round ${round}: ${cost} µs/player/s\n`);
    }
  }
  const result = resultOf({ scenario, what, rounds, seconds, machine }, outcomes);
  for (const point of result.points) console.log(`\n${scenario}, ${point.name}\n\n${tableOf(point)}`);
  const faults = [...outcomes].flatMap(([{ name }, all]) =>
    all.flatMap(({ faults }) => faults.map((fault) => `${name}: ${fault}`)),
  );
  for (const fault of faults) console.error(`wrong: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  else if (!values.quick) keepResult(result);
}

function resultOf(
  about: Omit<ScenarioResult, "points">,
  outcomes: ReadonlyMap<Point, readonly TrialOutcome[]>,
): ScenarioResult {
  const points = [...outcomes].map(([point, all]) => ({
    ...point,
    frameBytes: { stock: 0, ours: 0 },
    peers: { gamekeeper: { trials: all.map(({ trial }) => trial) } },
  }));
  return { ...about, points };
}

function numberOf(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (value >= min && value <= max) return value;
  throw new Error(`--${option}: give a number from ${min} to ${max}, not "${text}".`);
}
