// From what a player costs to how many a core, a machine and a hundred machines carry.
import type { Measurements } from "./measurements.ts";
import { fitModel, type Measurement, type Model, type Prediction, predict, type Workload } from "./model.ts";

/** The share of a core that is planned for; above it snapshots begin to be late. */
export const PLANNED_CORE_SHARE = 0.9;
/** A fleet, for the last column. */
export const FLEET_MACHINES = 100;

const MICROSECONDS = 1_000_000;

/** What something carries. Only whole rooms count. */
export interface Capacity {
  readonly players: number;
  readonly rooms: number;
  /** From the servers to all players, a second, without the headers of TCP and below. */
  readonly bytesPerSecond: number;
}

/** The answer for one game. */
export interface CapacityAnswer {
  readonly prediction: Prediction;
  readonly core: Capacity;
  readonly machine: Capacity;
  readonly fleet: Capacity;
  /** Where the game lies outside what was measured, in words; empty when it does not. */
  readonly beyond: readonly string[];
}

/** How far the model is from a point, as a share of what was measured. */
export interface ModelError {
  readonly point: Measurement;
  readonly predicted: Prediction;
  readonly cpu: number;
  readonly bytes: number;
}

/** Capacity for `workload` on machines of so many cores, each with a match process. */
export function capacityOf(measured: Measurements, workload: Workload, cores: number): CapacityAnswer {
  const prediction = predict(fitModel(measured.fitted), workload);
  const carried = (costRatio: number, processes: number): Capacity => {
    const costOfRoom = prediction.cpuMicroseconds * costRatio * workload.players;
    const rooms = Math.floor((PLANNED_CORE_SHARE * MICROSECONDS) / costOfRoom) * processes;
    const players = rooms * workload.players;
    return { rooms, players, bytesPerSecond: players * prediction.bytesPerSecond };
  };
  // A neighbour may make a process dearer; that it does not make it cheaper is taken for granted.
  const machineRatio = cores > 1 ? Math.max(1, measured.processRatio ?? 1) : 1;
  return {
    prediction,
    core: carried(1, 1),
    machine: carried(machineRatio, cores),
    fleet: carried(machineRatio, cores * FLEET_MACHINES),
    beyond: beyondMeasured(measured.fitted, workload),
  };
}

/** The model's errors at these points, in their order. */
export function errorsAt(model: Model, points: readonly Measurement[]): ModelError[] {
  return points.map((point) => {
    const predicted = predict(model, point.workload);
    return {
      point,
      predicted,
      cpu: predicted.cpuMicroseconds / point.cpuMicroseconds - 1,
      bytes: predicted.bytesPerSecond / point.bytesPerSecond - 1,
    };
  });
}

const AXES = {
  tickHz: "tick rate",
  inputHz: "rate of inputs",
  players: "players a room",
  movers: "movers a room",
  visible: "entities in sight",
} as const satisfies Readonly<Record<keyof Workload, string>>;

function beyondMeasured(points: readonly Measurement[], workload: Workload): string[] {
  return (Object.keys(AXES) as (keyof Workload)[]).flatMap((axis) => {
    const values = points.map((point) => point.workload[axis]);
    const [least, most] = [Math.floor(Math.min(...values)), Math.ceil(Math.max(...values))];
    if (workload[axis] >= least && workload[axis] <= most) return [];
    return [`${AXES[axis]} ${workload[axis]} (measured: ${least} to ${most})`];
  });
}
