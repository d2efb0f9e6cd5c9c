// What the load generator needs of a client, whichever peer it plays on.
import type { Scene } from "../games/scene.ts";
import type { Seat } from "../servers/measured-server.ts";
import type { Counters } from "./counters.ts";

/** How a peer is spoken to. */
export type Protocol = "gamekeeper" | "stock" | "messages" | "echo" | "channel-echo" | "nakama";

/** A client of a load. */
export interface LoadClient {
  readonly counters: Counters;
  /** Resolves when the client plays: seated, and shown something. */
  join(port: number, seat: Seat): Promise<void>;
  /** Sends one tick of input, once it plays. */
  sendInput(): void;
  /** A place for each entity that this client knows of, by any name, when it looks into what it is sent. */
  places(): ReadonlyMap<string | number, Place> | undefined;
  /** Share of the known entities that a snapshot tells something new of, where it is known. */
  readonly freshShare?: number;
  /** How long its data channel took to open, from the first word of signalling; ms. */
  readonly channelOpenMs?: number | undefined;
}

/** Where something is, and where it looks. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly yaw: number;
}

/** How long a client runs in one direction. */
const DIRECTION_SECONDS = 1.3;
/** How far a client turns each tick; radians. No whole number of ticks is a whole turn, so nobody is ever just as before. */
const TURN = 0.05;
/** Eight directions in turn: whoever follows them runs in a circle and is nowhere stopped. */
const DIRECTIONS = [
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
  [0, -1],
  [1, -1],
] as const;

/** What client `index` wants at its tick `tick`: it runs in a circle and turns on the spot. */
export function intentOf(
  { tickHz }: Scene,
  index: number,
  tick: number,
): { moveX: number; moveY: number; yaw: number } {
  const direction = Math.floor(tick / (tickHz * DIRECTION_SECONDS)) + index;
  const [moveX, moveY] = DIRECTIONS[direction % DIRECTIONS.length]!;
  const turned = (tick * TURN + index) % (2 * Math.PI);
  return { moveX, moveY, yaw: turned > Math.PI ? turned - 2 * Math.PI : turned };
}
