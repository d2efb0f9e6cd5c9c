// `npm run bench -- cores`: what a player costs in one process and in each of two, so that many cores can be counted on.
import { measureByTurns, type TurnsTrialOptions } from "./by-turns.ts";
import { type Cores, findCores } from "./cores.ts";
import { arenaPoint, type Point } from "./scenarios.ts";
import { runTrial, type Trial, type TrialOutcome } from "./trial.ts";

/** Clients of each process: server and load share a core here, and neither may fill it. */
const CLIENTS_EACH = 320;
const QUICK_CLIENTS = 32;

const { server, load } = findCores();
/**
 * A server and its own clients on one core, and the same on the other. One process is measured in just the same way with
 * the other core idle, so that the two differ in nothing but the neighbour.
 */
const HALVES: readonly Cores[] = [
  { server, load: server },
  { server: load, load },
];

await measureByTurns({
  scenario: "cores",
  what: "This server in one process and in two, each with its clients on a core of its own",
  points: pointsOf(CLIENTS_EACH),
  quickPoints: pointsOf(QUICK_CLIENTS),
  runTrial: (point, options) => runProcesses(point, Number.parseInt(point.name, 10), options),
});

function pointsOf(clientsEach: number): Point[] {
  return [1, 2].map((processes) => ({
    ...arenaPoint(clientsEach),
    clients: clientsEach * processes,
    name: processes === 1 ? "1 process" : `${processes} processes`,
  }));
}

async function runProcesses(point: Point, processes: number, options: TurnsTrialOptions): Promise<TrialOutcome> {
  const each = { ...point, clients: point.clients / processes };
  const outcomes = await Promise.all(
    HALVES.slice(0, processes).map((cores) =>
      runTrial("gamekeeper", each, { ...options, cores, frameBytes: { stock: 0, ours: 0 }, isProfiled: false }),
    ),
  );
  return { trial: meanOf(outcomes.map(({ trial }) => trial)), faults: outcomes.flatMap(({ faults }) => faults) };
}

/** Figures of a player, or of a core, are the mean of the processes; clients are their sum. */
function meanOf(trials: readonly Trial[]): Trial {
  const names = Object.keys(trials[0]!) as (keyof Trial)[];
  const mean = names.map((name) => [name, trials.reduce((sum, trial) => sum + (trial[name] ?? 0), 0) / trials.length]);
  return { ...(Object.fromEntries(mean) as Trial), clients: trials.reduce((sum, { clients }) => sum + clients, 0) };
}
