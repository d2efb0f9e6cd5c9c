// What a player costs, as a sum of named parts: so much for each input frame, each snapshot, each entity in it, and so on.
import { leastSquares } from "./least-squares.ts";

/** A game, as far as its cost depends on it. */
export interface Workload {
  /** Rate of simulation and snapshots. */
  readonly tickHz: number;
  /** Input frames of one client, a second. */
  readonly inputHz: number;
  /** Players in one room. */
  readonly players: number;
  /** Everything that moves in one room, its players included. */
  readonly movers: number;
  /** Of those, how many one client sees on the mean. */
  readonly visible: number;
}

/** How often a second, for each player, something that costs is done. */
const CPU_TERMS = {
  inputFrame: { what: "input frame taken in", count: ({ inputHz }: Workload) => inputHz },
  snapshot: { what: "snapshot sent", count: ({ tickHz }: Workload) => tickHz },
  visibleEntity: { what: "visible entity coded", count: ({ tickHz, visible }: Workload) => tickHz * visible },
  chosenEntity: {
    what: "visible entity chosen by sight, on top",
    // Where not all see all, entities come and go, are looked for, and differ from client to client.
    count: ({ tickHz, visible, movers }: Workload) => (visible < movers ? tickHz * visible : 0),
  },
  moverTick: {
    what: "tick of one mover",
    count: ({ tickHz, movers, players }: Workload) => (tickHz * movers) / players,
  },
} as const;

const BYTE_TERMS = {
  snapshot: CPU_TERMS.snapshot,
  visibleEntity: CPU_TERMS.visibleEntity,
  chosenEntity: CPU_TERMS.chosenEntity,
} as const;

/** Coefficients by term. */
export type CpuCosts = Readonly<Record<keyof typeof CPU_TERMS, number>>;
export type ByteCosts = Readonly<Record<keyof typeof BYTE_TERMS, number>>;

/** The terms of processor time with what each counts, in the order of a table. */
export const CPU_TERM_NAMES = Object.entries(CPU_TERMS).map(([name, { what }]) => ({
  name: name as keyof CpuCosts,
  what,
}));
/** The same of bytes. */
export const BYTE_TERM_NAMES = Object.entries(BYTE_TERMS).map(([name, { what }]) => ({
  name: name as keyof ByteCosts,
  what,
}));

/** A measured point. */
export interface Measurement {
  readonly name: string;
  readonly workload: Workload;
  /** Of the server's processor time, a player and second. */
  readonly cpuMicroseconds: number;
  /** From the server to one player, a second, headers of WebSocket frames included. */
  readonly bytesPerSecond: number;
}

/** Fitted costs: microseconds and bytes for each time that something is done. */
export interface Model {
  readonly cpu: CpuCosts;
  readonly bytes: ByteCosts;
}

/** What a model says of a player of a game, a second. */
export interface Prediction {
  readonly cpuMicroseconds: number;
  readonly bytesPerSecond: number;
}

/** Fits both sums to measured points, each point as important as its relative error. Throws for too few points. */
export function fitModel(points: readonly Measurement[]): Model {
  return {
    cpu: fit(CPU_TERMS, points, ({ cpuMicroseconds }) => cpuMicroseconds),
    bytes: fit(BYTE_TERMS, points, ({ bytesPerSecond }) => bytesPerSecond),
  };
}

/** What a player of this game costs by the model. */
export function predict({ cpu, bytes }: Model, workload: Workload): Prediction {
  return {
    cpuMicroseconds: total(CPU_TERMS, cpu, workload),
    bytesPerSecond: total(BYTE_TERMS, bytes, workload),
  };
}

/** How much of the processor time of a player each term is, in microseconds a second. */
export function cpuParts({ cpu }: Model, workload: Workload): CpuCosts {
  const parts = CPU_TERM_NAMES.map(({ name }) => [name, cpu[name] * CPU_TERMS[name].count(workload)] as const);
  return Object.fromEntries(parts) as CpuCosts;
}

type Terms<Name extends string> = Readonly<Record<Name, { readonly count: (workload: Workload) => number }>>;

function fit<Name extends string>(
  terms: Terms<Name>,
  points: readonly Measurement[],
  read: (point: Measurement) => number,
): Readonly<Record<Name, number>> {
  const names = Object.keys(terms) as Name[];
  const rows = points.map((point) => names.map((name) => terms[name].count(point.workload) / read(point)));
  const coefficients = leastSquares(
    rows,
    points.map(() => 1),
  );
  return Object.fromEntries(names.map((name, at) => [name, coefficients[at]!])) as Record<Name, number>;
}

function total<Name extends string>(
  terms: Terms<Name>,
  costs: Readonly<Record<Name, number>>,
  workload: Workload,
): number {
  return (Object.keys(terms) as Name[]).reduce((sum, name) => sum + costs[name] * terms[name].count(workload), 0);
}
