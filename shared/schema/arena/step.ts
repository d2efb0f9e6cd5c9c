// One fighter, one tick: the movement that server and client both run, so that a prediction can be right to the bit.
import type { Data } from "@colyseus/schema";
import {
  ARENA_HALF_SIZE,
  PLAYER_RADIUS,
  POSITION_STEPS_PER_METRE,
  PUSH_DECAY,
  PUSH_MIN_SPEED,
  PUSH_STEPS_PER_METRE,
  RUN_SPEED,
  SHOT_INTERVAL_TICKS,
} from "./constants.ts";
import type { ArenaInput } from "./input.ts";
import type { Player } from "./state.ts";

/** What the step reads and writes of a player. */
export type PlayerMotion = Pick<Data<Player>, "x" | "y" | "aim" | "pushX" | "pushY" | "cooldown" | "isAlive">;

const WALL = ARENA_HALF_SIZE - PLAYER_RADIUS;

/**
 * Advances `player` by one tick of `input`; `dt` is in seconds. True when it fired.
 *
 * Every stored number is a multiple of what the wire carries, and only operations that IEEE 754 defines to the bit are used
 * (no sine, no exponential): every engine gets the same result, and a right prediction needs no correction.
 */
export function stepPlayer(player: PlayerMotion, input: Data<ArenaInput>, dt: number): boolean {
  if (player.cooldown > 0) player.cooldown -= 1;
  if (!player.isAlive) return false;

  const length = Math.sqrt(input.moveX * input.moveX + input.moveY * input.moveY);
  const speed = length > 1 ? RUN_SPEED / length : RUN_SPEED;
  player.x = clampToArena(player.x + (input.moveX * speed + player.pushX) * dt);
  player.y = clampToArena(player.y + (input.moveY * speed + player.pushY) * dt);
  player.pushX = decay(player.pushX);
  player.pushY = decay(player.pushY);
  player.aim = Math.fround(input.aim);

  if (!input.fire || player.cooldown > 0) return false;
  player.cooldown = SHOT_INTERVAL_TICKS;
  return true;
}

function clampToArena(value: number): number {
  return toGrid(Math.min(WALL, Math.max(-WALL, value)), POSITION_STEPS_PER_METRE);
}

function decay(push: number): number {
  return Math.abs(push) < PUSH_MIN_SPEED ? 0 : toGrid(push * PUSH_DECAY, PUSH_STEPS_PER_METRE);
}

/** The nearest multiple of 1 / `steps`: exact as a float32, and the same number after a round trip through a snapshot. */
export function toGrid(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}
