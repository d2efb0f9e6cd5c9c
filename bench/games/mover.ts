// What moves in every measured game, and how: a position and a direction, changed every tick by an input.
import { seededRandom } from "../../shared/netcode/index.ts";
import { MAX_HALF_SIZE, type Scene } from "./scene.ts";

const RUN_SPEED = 6;
/** Positions are multiples of this part of a metre, for every peer alike. */
export const POSITION_STEPS_PER_METRE = 4_096;

/** A mover's own fields. */
export interface MoverMotion {
  x: number;
  y: number;
  /** Radians in [-π, π]. */
  yaw: number;
}

/** One tick of intent. */
export interface MoverIntent {
  readonly moveX: number;
  readonly moveY: number;
  readonly yaw: number;
}

/** Advances a mover by one tick of `input`; `dt` is in seconds. The field has no walls within reach of the bed's own inputs. */
export function stepMover(mover: MoverMotion, input: MoverIntent, dt: number): boolean {
  mover.x = onGrid(mover.x + input.moveX * RUN_SPEED * dt);
  mover.y = onGrid(mover.y + input.moveY * RUN_SPEED * dt);
  mover.yaw = input.yaw;
  return true;
}

/** A place for a new player: anywhere that leaves room to run about. */
export function placeMover(mover: MoverMotion, { halfSize }: Scene, random: () => number): void {
  mover.x = onGrid((random() * 2 - 1) * halfSize);
  mover.y = onGrid((random() * 2 - 1) * halfSize);
}

/** The chance of a room's spawns: the same for every peer. */
export function spawnRandom(): () => number {
  return seededRandom(7);
}

/** The nearest position that the wire carries. */
export function onGrid(value: number): number {
  const inside = Math.min(MAX_HALF_SIZE - 1, Math.max(1 - MAX_HALF_SIZE, value));
  return Math.round(inside * POSITION_STEPS_PER_METRE) / POSITION_STEPS_PER_METRE;
}
