// Own shots are drawn before the server answers. Here a predicted shot meets its answer, and rays meet bodies. Pure.
import {
  ARENA_HALF_SIZE,
  PLAYER_RADIUS,
  SHOT_INTERVAL_TICKS,
  SHOT_RANGE,
  TICK_HZ,
} from "../../shared/schema/arena/index.ts";

/** The room's broadcast for every shot: session ids, metres, radians. `hit` is empty when it struck nobody. */
export interface ShotMessage {
  by: string;
  x: number;
  y: number;
  aim: number;
  distance: number;
  hit: string;
}

/** The room's broadcast for every frag: session ids. */
export interface FragMessage {
  by: string;
  target: string;
}

/** A body that can be struck, in metres. */
export interface Body {
  x: number;
  y: number;
}

/** A predicted shot that no answer came for within this time was refused by the server. */
const ANSWER_DEADLINE_MS = 1_500;
/** Bound of the list: more shots than fit into the deadline at five a second. */
const MAX_UNANSWERED = 16;

/** Two shots are told apart by this much: well below the time between shots, well above a tick and a frame. */
const LEAST_INTERVAL_MS = (0.6 * SHOT_INTERVAL_TICKS * 1_000) / TICK_HZ;

/** Own shots that are on screen already and wait for the server's word. */
export class PredictedShots {
  readonly #firedAtMs: number[] = [];
  #newestMs = Number.NEGATIVE_INFINITY;

  /**
   * The prediction says that a shot was fired. True when it is to be drawn: the part of a tick that is drawn ahead and
   * the tick itself tell of the same shot, and two shots cannot follow each other as fast as that.
   */
  fired(nowMs: number): boolean {
    if (nowMs - this.#newestMs < LEAST_INTERVAL_MS) return false;
    this.#newestMs = nowMs;
    if (this.#firedAtMs.length === MAX_UNANSWERED) this.#firedAtMs.shift();
    this.#firedAtMs.push(nowMs);
    return true;
  }

  /** The server told of one own shot. True when it was drawn already. */
  answer(nowMs: number): boolean {
    while (this.#firedAtMs.length > 0 && nowMs - this.#firedAtMs[0]! > ANSWER_DEADLINE_MS) this.#firedAtMs.shift();
    return this.#firedAtMs.shift() !== undefined;
  }

  /** Forgets all: a new seat, or prediction was switched. */
  clear(): void {
    this.#firedAtMs.length = 0;
  }
}

/** How far a ray from (x, y) along `aim` goes before the border, its range, or the nearest of `bodies` stops it; metres. */
export function rayLength(x: number, y: number, aim: number, bodies: Iterable<Body>): number {
  const [cos, sin] = [Math.cos(aim), Math.sin(aim)];
  let nearest = Math.min(SHOT_RANGE, toWall(x, cos), toWall(y, sin));
  for (const body of bodies) {
    const [dx, dy] = [body.x - x, body.y - y];
    const along = dx * cos + dy * sin;
    const asideSquared = dx * dx + dy * dy - along * along;
    const halfChordSquared = PLAYER_RADIUS * PLAYER_RADIUS - asideSquared;
    if (along <= 0 || halfChordSquared <= 0) continue;
    nearest = Math.min(nearest, along - Math.sqrt(halfChordSquared));
  }
  return Math.max(0, nearest);
}

function toWall(from: number, direction: number): number {
  if (Math.abs(direction) < 1e-9) return Number.POSITIVE_INFINITY;
  return Math.max(0, (Math.sign(direction) * ARENA_HALF_SIZE - from) / direction);
}
