// What happens in an arena when somebody shoots, dies, spawns or wins. Pure: the room calls, time and chance are given.
import type { Data } from "@colyseus/schema";
import {
  ARENA_HALF_SIZE,
  FRAGS_TO_WIN,
  MAX_HEALTH,
  MAX_PUSH_SPEED,
  PLAYER_RADIUS,
  type Player,
  POSITION_STEPS_PER_METRE,
  PUSH_STEPS_PER_METRE,
  SHOT_DAMAGE,
  SHOT_PUSH_SPEED,
  toGrid,
} from "../../shared/schema/arena/index.ts";
import type { Random } from "../kit/index.ts";

/** Spawns keep this far from the walls, and are the farthest from others of this many candidates. */
const SPAWN_HALF_SIZE = ARENA_HALF_SIZE - 8;
const SPAWN_CANDIDATES = 8;

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Distance in metres at which a ray meets a fighter's circle, or `undefined` when it passes by or ends before.
 * `direction` has length 1.
 */
export function rayHit(origin: Point, direction: Point, target: Point, range: number): number | undefined {
  const toX = target.x - origin.x;
  const toY = target.y - origin.y;
  const along = toX * direction.x + toY * direction.y;
  const missSquared = toX * toX + toY * toY - along * along;
  const radiusSquared = PLAYER_RADIUS * PLAYER_RADIUS;
  if (missSquared > radiusSquared) return undefined;
  const distance = along - Math.sqrt(radiusSquared - missSquared);
  return distance >= 0 && distance <= range ? distance : undefined;
}

/** How far a shot flies before a wall stops it; metres. */
export function wallDistance(origin: Point, direction: Point, range: number): number {
  const until = (position: number, speed: number): number =>
    speed === 0 ? range : ((speed > 0 ? ARENA_HALF_SIZE : -ARENA_HALF_SIZE) - position) / speed;
  return Math.max(0, Math.min(range, until(origin.x, direction.x), until(origin.y, direction.y)));
}

/** Hurts and pushes a fighter along `direction`. True when that killed it. */
export function hurt(target: Data<Player>, direction: Point): boolean {
  target.pushX = pushed(target.pushX + direction.x * SHOT_PUSH_SPEED);
  target.pushY = pushed(target.pushY + direction.y * SHOT_PUSH_SPEED);
  target.health = Math.max(0, target.health - SHOT_DAMAGE);
  if (target.health > 0) return false;
  target.isAlive = false;
  target.deaths += 1;
  return true;
}

/** Puts a fighter into the arena, whole, at rest and protected, away from `others`. */
export function spawn(player: Data<Player>, others: readonly Point[], random: Random): void {
  const place = farthestFrom(others, random);
  player.x = place.x;
  player.y = place.y;
  player.pushX = 0;
  player.pushY = 0;
  player.health = MAX_HEALTH;
  player.isAlive = true;
  player.isProtected = true;
}

/** Who has won the round: the first to `FRAGS_TO_WIN`, or at the end of time the one with most frags. */
export function winnerOf(players: Iterable<Data<Player>>, isTimeUp: boolean): Data<Player> | undefined {
  let best: Data<Player> | undefined;
  for (const player of players) {
    if (player.frags > (best?.frags ?? 0)) best = player;
  }
  return best && (isTimeUp || best.frags >= FRAGS_TO_WIN) ? best : undefined;
}

function farthestFrom(others: readonly Point[], random: Random): Point {
  let best: Point = { x: 0, y: 0 };
  let bestDistance = -1;
  for (let candidate = 0; candidate < SPAWN_CANDIDATES; candidate++) {
    const place = { x: coordinate(random), y: coordinate(random) };
    const distance = others.reduce((near, at) => Math.min(near, Math.hypot(at.x - place.x, at.y - place.y)), Infinity);
    if (distance > bestDistance) {
      best = place;
      bestDistance = distance;
    }
  }
  return best;
}

function coordinate(random: Random): number {
  return toGrid((random() * 2 - 1) * SPAWN_HALF_SIZE, POSITION_STEPS_PER_METRE);
}

/** However many hits fall into one tick, a push stays within what the wire carries. */
function pushed(speed: number): number {
  return toGrid(Math.min(MAX_PUSH_SPEED, Math.max(-MAX_PUSH_SPEED, speed)), PUSH_STEPS_PER_METRE);
}
