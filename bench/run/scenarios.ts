// What is measured: games of three kinds, each at one or more numbers of players.
import type { Scene } from "../games/scene.ts";
import type { PeerName } from "./peers.ts";

/** One place on a scenario's axis. */
export interface Point {
  readonly name: string;
  readonly clients: number;
  readonly scene: Scene;
  /** Input frames of one client, a second, a multiple of the tick rate; the tick rate when left out. */
  readonly inputHz?: number;
  /** Whether what joining costs and what passes on the wire is measured too. */
  readonly hasLinkFigures?: boolean;
}

/** A scenario: the same game for every peer. */
export interface Scenario {
  readonly what: string;
  readonly points: readonly Point[];
  /** A small one, to see that everything works. */
  readonly quickPoint: Point;
  readonly peers: readonly PeerName[];
  /** Payload of a bare peer's frames where no trial of this run measured it; bytes. */
  readonly frameBytes: { readonly stock: number; readonly ours: number };
}

const ARENA_ROOM = 16;
const ARENA_HZ = 30;
const ROOM_HZ = 20;
/** Entities that a client of the world should see, with the own one. */
const WORLD_VISIBLE = 40;
const WORLD_HALF_SIZE = 200;

/** Rooms of sixteen. */
export function arenaPoint(clients: number): Point {
  const scene = { tickHz: ARENA_HZ, roomSize: ARENA_ROOM, movers: 0, halfSize: 24, sightRadius: 0 };
  return { name: `${clients} players`, clients, scene };
}

/** Rooms of sixteen, of which the cost of the link is the question. */
export function datagramsPoint(clients: number): Point {
  return { ...arenaPoint(clients), hasLinkFigures: true };
}

/** One room, all see all. */
export function battlePoint(clients: number): Point {
  const scene = { tickHz: ROOM_HZ, roomSize: clients, movers: 0, halfSize: 100, sightRadius: 0 };
  return { name: `${clients} players`, clients, scene };
}

/** One room in which each sees about forty. */
export function worldPoint(movers: number, clients: number): Point {
  const area = (2 * WORLD_HALF_SIZE) ** 2;
  const sightRadius = Math.round(Math.sqrt((WORLD_VISIBLE * area) / ((movers + clients) * Math.PI)));
  const scene = { tickHz: ROOM_HZ, roomSize: clients, movers, halfSize: WORLD_HALF_SIZE, sightRadius };
  return { name: `${movers} movers, ${clients} players`, clients, scene };
}

/** All scenarios by name. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  arena: {
    what: "rooms of 16 players at 30 Hz both ways, everyone moves",
    points: [arenaPoint(480)],
    quickPoint: arenaPoint(32),
    peers: [
      "gamekeeper",
      "stock-float32",
      "stock-quantised",
      "colyseus-messages",
      "nakama",
      "ws",
      "net",
      "epoll",
      "ws-ours",
      "epoll-ours",
    ],
    frameBytes: { stock: 232, ours: 62 },
  },
  datagrams: {
    what: "rooms of 16 players at 30 Hz both ways, by WebSocket and by WebRTC data channels",
    points: [64, 160].map(datagramsPoint),
    quickPoint: datagramsPoint(16),
    peers: ["gamekeeper", "datagrams", "datagrams-auto", "ws-ours", "node-datachannel", "ws"],
    frameBytes: { stock: 232, ours: 62 },
  },
  battle: {
    what: "one room of 50 to 400 players at 20 Hz, all see all, everyone moves",
    points: [50, 100, 200, 400].map(battlePoint),
    quickPoint: battlePoint(24),
    peers: ["gamekeeper", "stock-float32", "stock-quantised", "colyseus-messages", "ws", "net", "epoll", "ws-ours"],
    frameBytes: { stock: 3_000, ours: 700 },
  },
  world: {
    what: "one room with hundreds of movers at 20 Hz, each client sees about forty, everyone moves",
    points: [worldPoint(500, 100), worldPoint(1_000, 300)],
    quickPoint: worldPoint(200, 24),
    peers: ["gamekeeper", "stock-float32", "stock-quantised", "ws", "net", "epoll", "ws-ours"],
    frameBytes: { stock: 724, ours: 220 },
  },
};
