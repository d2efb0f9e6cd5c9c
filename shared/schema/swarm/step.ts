// One herder, one tick: the movement that server and client both run, so that a prediction can be right to the bit.
import type { Data } from "@colyseus/schema";
import { CREEP_SPEED, MEADOW_HALF_SIZE, PLAYER_RADIUS, POSITION_STEPS_PER_METRE, RUN_SPEED } from "./constants.ts";
import type { SwarmInput } from "./input.ts";
import type { Herder } from "./state.ts";

/** What the step reads and writes of a herder. */
export type HerderMotion = Pick<Data<Herder>, "x" | "y" | "facing" | "isCreeping">;

const FENCE = MEADOW_HALF_SIZE - PLAYER_RADIUS;
/** Facing by (moveY + 1) * 3 + moveX + 1; the middle one stands still and keeps its own. */
const FACINGS = [5, 6, 7, 4, 0, 0, 3, 2, 1] as const;
const STILL = 4;

/** Advances `herder` by one tick of `input`; `dt` is in seconds. True when it was on the move. */
export function stepHerder(herder: HerderMotion, input: Data<SwarmInput>, dt: number): boolean {
  const { moveX, moveY } = input;
  herder.isCreeping = input.creep;
  const direction = (moveY + 1) * 3 + moveX + 1;
  if (direction === STILL) return false;
  herder.facing = FACINGS[direction] ?? herder.facing;
  const speed = (input.creep ? CREEP_SPEED : RUN_SPEED) / Math.sqrt(moveX * moveX + moveY * moveY);
  herder.x = withinFence(herder.x + moveX * speed * dt);
  herder.y = withinFence(herder.y + moveY * speed * dt);
  return true;
}

/** The nearest position inside the fence that both the wire and a float32 carry exactly. */
export function withinFence(value: number): number {
  const inside = Math.min(FENCE, Math.max(-FENCE, value));
  return Math.round(inside * POSITION_STEPS_PER_METRE) / POSITION_STEPS_PER_METRE;
}
