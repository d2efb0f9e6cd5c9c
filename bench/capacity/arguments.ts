// The command line of `npm run capacity`.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { Workload } from "./model.ts";

/** What `--help` prints. */
export const HELP = `Usage: npm run capacity -- --tick 30 --players 16 --movers 16 [options]

What one core, one machine and a hundred machines carry of a game, from a model that is fitted to measurements.

  --tick n       simulation and snapshots a second
  --players n    players in one room
  --movers n     everything that moves in one room, its players included; by default the players alone
  --visible n    how many of those one player sees on the mean, the own one included; by default all
  --inputs n     input frames of one player, a second; by default the tick rate
  --cores n      cores of a machine, each with a match process; by default those of this machine
  --write        writes docs/capacity.md from the measurements, and needs nothing of the above
  --help         this

Measurements are made by: npm run bench -- capacity
`;

/** Bounds of what is asked; far outside what can be measured, so that a slip of the finger is found. */
const MAX = { tick: 240, players: 10_000, movers: 100_000, cores: 1_024 } as const;

/** What the command is asked to do. */
export type CapacityRequest =
  | { readonly kind: "help" }
  | { readonly kind: "write" }
  | { readonly kind: "answer"; readonly workload: Workload; readonly cores: number };

/** Parses the arguments. Throws an error that names the option, its bounds and what to do. */
export function parseCapacityArguments(args: readonly string[]): CapacityRequest {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tick: { type: "string" },
      players: { type: "string" },
      movers: { type: "string" },
      visible: { type: "string" },
      inputs: { type: "string" },
      cores: { type: "string" },
      write: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return { kind: "help" };
  if (values.write) return { kind: "write" };
  const whole = (option: keyof typeof values, min: number, max: number, fallback?: number): number => {
    const given = values[option];
    if (given === undefined && fallback !== undefined) return fallback;
    const value = Number(given ?? Number.NaN);
    if (given !== "" && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new Error(
      `--${option}: give a whole number from ${min} to ${max}${given === undefined ? "" : `, not "${given}"`}.`,
    );
  };
  const tickHz = whole("tick", 1, MAX.tick);
  const players = whole("players", 1, MAX.players);
  // Players move: fewer movers than players is a game that this model does not know.
  const movers = whole("movers", players, MAX.movers, players);
  const visible = whole("visible", 1, movers, movers);
  const inputHz = whole("inputs", 1, MAX.tick, tickHz);
  const cores = whole("cores", 1, MAX.cores, availableParallelism());
  return { kind: "answer", workload: { tickHz, inputHz, players, movers, visible }, cores };
}
