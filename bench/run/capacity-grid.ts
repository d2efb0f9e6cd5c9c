// Where the cost of a player is measured for the capacity model: points that differ in one thing at a time, and two that check it.
import type { Scene } from "../games/scene.ts";
import type { Point } from "./scenarios.ts";

const SMALL_HALF_SIZE = 24;
const LARGE_HALF_SIZE = 200;

/** What distinguishes one point. */
interface GridPoint {
  readonly clients: number;
  readonly tickHz: number;
  readonly players: number;
  /** Moved by the server, in each room. */
  readonly movers?: number;
  /** Entities that a client should see; everybody when left out. */
  readonly visible?: number;
  /** Input frames a second, a multiple of the tick rate; the tick rate when left out. */
  readonly inputHz?: number;
}

/** The points that the model is fitted on. */
const FITTED: readonly GridPoint[] = [
  { clients: 480, tickHz: 30, players: 16 },
  { clients: 640, tickHz: 15, players: 16 },
  // Frames that repeat what the last one said: nothing else tells a frame's cost from that of the snapshot it answers.
  { clients: 480, tickHz: 15, players: 16, inputHz: 45 },
  { clients: 480, tickHz: 30, players: 4 },
  { clients: 160, tickHz: 20, players: 16, movers: 64 },
  { clients: 240, tickHz: 20, players: 60 },
  { clients: 200, tickHz: 20, players: 100 },
  { clients: 100, tickHz: 20, players: 100, movers: 500, visible: 40 },
  { clients: 200, tickHz: 20, players: 200, movers: 500, visible: 20 },
  { clients: 100, tickHz: 20, players: 100, movers: 1_000, visible: 40 },
];

/** Points that are measured with them and left out of the fit. */
const CHECKS: readonly GridPoint[] = [
  { clients: 480, tickHz: 24, players: 12 },
  { clients: 150, tickHz: 20, players: 150, movers: 750, visible: 30 },
];

/** Names of the points that the model is checked against. */
export const CHECK_NAMES: readonly string[] = CHECKS.map((point) => nameOf(point));

/** All points, the checks last. */
export const CAPACITY_POINTS: readonly Point[] = [...FITTED, ...CHECKS].map(pointOf);

function pointOf(point: GridPoint): Point {
  const { clients, tickHz, players, movers = 0, visible, inputHz } = point;
  const halfSize = visible === undefined ? SMALL_HALF_SIZE : LARGE_HALF_SIZE;
  const area = (2 * halfSize) ** 2;
  const sightRadius =
    visible === undefined ? 0 : Math.round(Math.sqrt((visible * area) / ((movers + players) * Math.PI)));
  const scene: Scene = { tickHz, roomSize: players, movers, halfSize, sightRadius };
  return { name: nameOf(point), clients, scene, ...(inputHz !== undefined && { inputHz }) };
}

function nameOf({ clients, tickHz, players, movers = 0, visible, inputHz }: GridPoint): string {
  const parts = [`${clients} players in rooms of ${players}`, `${tickHz} Hz`];
  if (inputHz !== undefined) parts.push(`inputs at ${inputHz} Hz`);
  if (movers > 0) parts.push(`${movers} movers more`);
  parts.push(visible === undefined ? "all see all" : `about ${visible} in sight`);
  return parts.join(", ");
}
