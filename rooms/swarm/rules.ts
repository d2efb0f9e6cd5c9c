// Where herders begin, who wins, and what matters most to whom. Pure: chance is given.
import {
  Beacon,
  Herder,
  MEADOW_HALF_SIZE,
  Mover,
  SIGHT_LEAVE_RADIUS,
  withinFence,
} from "../../shared/schema/swarm/index.ts";
import type { Random } from "../kit/index.ts";

/** Herders begin at least this far from the fence. */
const SPAWN_MARGIN = 40;

/** Puts a herder somewhere on the meadow. */
export function placeHerder(herder: Herder, random: Random): void {
  herder.x = coordinate(random);
  herder.y = coordinate(random);
}

/** Who has driven in most; nobody when nobody drove in any. */
export function winnerOf(herders: Iterable<Herder>): Herder | undefined {
  let best: Herder | undefined;
  for (const herder of herders) if (herder.score > (best?.score ?? 0)) best = herder;
  return best;
}

/** How much an entity matters to a viewer when not all fit: people and beacons first, then what is near or runs. */
export function importanceOf(_viewer: object, entity: object, distance: number): number {
  if (entity instanceof Beacon) return 2;
  const nearness = 1 + 3 * Math.max(0, 1 - distance / SIGHT_LEAVE_RADIUS);
  if (entity instanceof Herder) return 2 * nearness;
  return entity instanceof Mover && entity.isScared ? 1.5 * nearness : nearness;
}

function coordinate(random: Random): number {
  return withinFence((random() * 2 - 1) * (MEADOW_HALF_SIZE - SPAWN_MARGIN));
}
