// What both ends must know of a game: its schemas, its step, and which fields are predicted or interpolated.
import type { Schema } from "@colyseus/schema";
import type { NetcodeDeclaration } from "./motion.ts";

/** The context of one fixed step: `dt` in seconds. Both ends call `step` with the same value. */
export interface StepTime {
  readonly dt: number;
}

/**
 * One game's contract between server and client.
 *
 * `step` advances one player by one tick of input. It reads and writes nothing but its arguments: no clock, no
 * randomness, no room; the same arguments give the same bits on both ends, so a correct prediction needs no correction.
 */
export interface GameDefinition<
  State extends Schema = Schema,
  Player extends Schema = Schema,
  Input extends object = object,
> {
  /** The mode that is asked for in matchmaking and the name the room is registered under. */
  readonly mode: string;
  /** The fixed simulation and input rate. */
  readonly tickHz: number;
  readonly Input: new () => Input;
  /** The player that a session owns, or `undefined` before it is seated. */
  readonly playerOf: (state: State, sessionId: string) => Player | undefined;
  /** Name of the map of players in the state, by session id. */
  readonly players: keyof State & string;
  /** Which of the player's own fields are its position: a wrong prediction of these is eased away on screen. */
  readonly position: readonly (keyof Player & string)[];
  /** A jump of more than this (in the game's unit of length) is shown at once, not glided through. */
  readonly teleportDistance: number;
  /** What travels in snapshots and input frames; without it everything travels as schema state. */
  readonly netcode?: NetcodeDeclaration;
  readonly step: (player: Player, input: Input, dt: number) => boolean;
}
