// How an arena bot decides: it walks about, turns towards whoever is near, and shoots like somebody who is learning.
import type { Data } from "@colyseus/schema";
import { ARENA_HALF_SIZE, type ArenaInput, type Player } from "../../shared/schema/arena/index.ts";
import type { Random } from "../kit/index.ts";

const SIGHT_RANGE = 14;
/** A bot aims this far off at most; radians. */
const AIM_ERROR = 0.2;
/** Ticks between two decisions of a bot. */
const DECISION_TICKS = 15;
/** Of the decisions with somebody in sight, how many are to shoot. */
const FIRE_CHANCE = 0.4;

type Intent = Pick<Data<ArenaInput>, "moveX" | "moveY" | "aim" | "fire">;

/** One bot's mind. It sees what a player sees, no more, and answers with the same input. */
export class BotMind {
  readonly #random: Random;
  #ticksToDecision = 0;
  #intent: Intent = { moveX: 0, moveY: 0, aim: 0, fire: false };

  constructor(random: Random) {
    this.#random = random;
  }

  /** The intent for this tick. */
  think(self: Data<Player>, others: Iterable<Data<Player>>): Intent {
    if (--this.#ticksToDecision <= 0) {
      this.#ticksToDecision = DECISION_TICKS + Math.floor(this.#random() * DECISION_TICKS);
      this.#intent = this.#decide(self, others);
    }
    return this.#intent;
  }

  #decide(self: Data<Player>, others: Iterable<Data<Player>>): Intent {
    const target = nearest(self, others);
    const aim = target
      ? Math.atan2(target.y - self.y, target.x - self.x) + (this.#random() * 2 - 1) * AIM_ERROR
      : (this.#random() * 2 - 1) * Math.PI;
    return {
      moveX: this.#direction(self.x),
      moveY: this.#direction(self.y),
      aim: Math.atan2(Math.sin(aim), Math.cos(aim)),
      fire: target !== undefined && this.#random() < FIRE_CHANCE,
    };
  }

  /** Any way, but back from a wall that is near. */
  #direction(position: number): -1 | 0 | 1 {
    if (position > ARENA_HALF_SIZE - 3) return -1;
    if (position < 3 - ARENA_HALF_SIZE) return 1;
    return (Math.floor(this.#random() * 3) - 1) as -1 | 0 | 1;
  }
}

function nearest(self: Data<Player>, others: Iterable<Data<Player>>): Data<Player> | undefined {
  let best: Data<Player> | undefined;
  let bestDistance = SIGHT_RANGE;
  for (const other of others) {
    if (other === self || !other.isAlive || other.isProtected) continue;
    const distance = Math.hypot(other.x - self.x, other.y - self.y);
    if (distance < bestDistance) {
      best = other;
      bestDistance = distance;
    }
  }
  return best;
}
