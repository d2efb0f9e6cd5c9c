// A thumb on glass as a direction. Pure: page pixels in, moves and angles out.
import type { Move } from "./intent.ts";

/** A thumb's pull, with y up: `length` is 0 in the middle and 1 at the rim or beyond. */
export interface Pull {
  x: number;
  y: number;
  length: number;
}

/** Shorter pulls than this are a resting thumb. */
export const DEAD_ZONE = 0.22;
/** From this pull on, the right stick fires as well as aims. */
export const FIRE_ZONE = 0.5;
/** Below sin(22.5°) of the pull an axis counts as not meant: eight even directions. */
const EIGHT_WAY = Math.sin(Math.PI / 8);

/** The pull of a thumb at (x, y) on a stick whose middle is (originX, originY), all in page pixels. */
export function pull(originX: number, originY: number, x: number, y: number, radius: number): Pull {
  const dx = x - originX;
  const dy = originY - y;
  const distance = Math.hypot(dx, dy);
  if (distance === 0) return { x: 0, y: 0, length: 0 };
  const length = Math.min(1, distance / radius);
  return { x: (dx / distance) * length, y: (dy / distance) * length, length };
}

/** One axis of a pull as one of eight directions; 0 inside the dead zone. */
export function moveOf(axis: number, length: number): Move {
  if (length < DEAD_ZONE || Math.abs(axis) < EIGHT_WAY * length) return 0;
  return axis > 0 ? 1 : -1;
}
