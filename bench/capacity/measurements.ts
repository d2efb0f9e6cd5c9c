// The measured points of the capacity model, read from what the bench has kept.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECK_NAMES } from "../run/capacity-grid.ts";
import { figuresOf, type Machine, type PlayedResult, type PointResult, RESULTS } from "../run/results.ts";
import type { Measurement } from "./model.ts";

/** How measurements are made. */
export const HOW_TO_MEASURE = "npm run bench -- capacity";

/** A run in which fewer than this share of the snapshots came had no core of its own. */
const MIN_RATE = 0.95;

/** The points, those that the model is not fitted on apart, and the machine that they are of. */
export interface Measurements {
  readonly fitted: readonly Measurement[];
  readonly checks: readonly Measurement[];
  readonly machine: Machine;
  readonly rounds: number;
  readonly seconds: number;
  /** How much dearer a player is in one of several processes than in one alone; `undefined` when it was not measured. */
  readonly processRatio?: number;
}

/** Reads `capacity.json`, and `cores.json` where there is one. Throws with the command to run when points are missing. */
export function readMeasurements(folder: string = RESULTS): Measurements {
  const path = join(folder, "capacity.json");
  const result = readResult(path);
  if (!result) throw new Error(`Nothing has been measured: ${path} is not there. Run: ${HOW_TO_MEASURE}`);
  const points = result.points.map((point) => measurementOf(point, path));
  const checks = points.filter(({ name }) => CHECK_NAMES.includes(name));
  if (checks.length < CHECK_NAMES.length) {
    throw new Error(`${path} lacks a point that the model is checked against. Run again: ${HOW_TO_MEASURE}`);
  }
  const { machine, rounds, seconds } = result;
  const processRatio = processRatioOf(readResult(join(folder, "cores.json")));
  return {
    fitted: points.filter((point) => !checks.includes(point)),
    checks,
    machine,
    rounds,
    seconds,
    ...(processRatio !== undefined && { processRatio }),
  };
}

function readResult(path: string): PlayedResult | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return JSON.parse(text) as PlayedResult;
}

function measurementOf({ name, scene, inputHz, peers }: PointResult, path: string): Measurement {
  const figures = peers["gamekeeper"] && figuresOf(peers["gamekeeper"]);
  const cpu = figures?.["cpuMicroseconds"]?.median;
  const bytes = figures?.["bytesPerSecond"]?.median;
  const known = figures?.["knownEntities"]?.median;
  const rate = figures?.["snapshotsPerSecond"]?.median;
  if (!scene || rate === undefined || cpu === undefined || bytes === undefined || known === undefined) {
    throw new Error(`${path} has no figures of this server at "${name}". Run again: ${HOW_TO_MEASURE}`);
  }
  const { tickHz, roomSize, movers } = scene;
  const workload = {
    // As it was: on a busy machine ticks are left out, and then they cost nothing.
    tickHz: rate,
    inputHz: inputHz ?? tickHz,
    players: roomSize,
    movers: roomSize + movers,
    // What clients knew of, which is what their sight was meant to be only on the mean of a field without edges.
    visible: known,
  };
  return { name, workload, cpuMicroseconds: cpu, bytesPerSecond: bytes };
}

/** What a snapshot costs in one of two processes beside one alone; `undefined` when it was not measured, or on too busy a machine. */
function processRatioOf(result: PlayedResult | undefined): number | undefined {
  const costOfSnapshot = (name: string): number | undefined => {
    const { scene, peers } = result?.points.find((point) => point.name === name) ?? {};
    const figures = peers?.["gamekeeper"] && figuresOf(peers["gamekeeper"]);
    // A process that gets too little of its core says nothing of its neighbour.
    const rate = figures?.["snapshotsPerSecond"]?.median ?? 0;
    return scene && rate >= MIN_RATE * scene.tickHz ? figures?.["snapshotMicroseconds"]?.median : undefined;
  };
  const [one, two] = [costOfSnapshot("1 process"), costOfSnapshot("2 processes")];
  return one === undefined || two === undefined ? undefined : two / one;
}
