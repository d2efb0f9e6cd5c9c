// What each client may know of this tick. Who is not in its sight is not in its bytes.
import { InterestGrid, type InterestRadius } from "./interest.ts";
import type { MotionTracker, Moving } from "./motion-tracker.ts";

/** How a game limits what its players know. Left out, everybody sees everything. */
export interface SightOptions<Entity extends Moving = Moving> {
  /** Entities farther away are not seen. Needs entities and players with `x` and `y`. */
  readonly interest?: InterestRadius;
  /** Entities that everybody sees wherever they are, e.g. the flag. */
  readonly isAlwaysSeen?: (entity: Entity) => boolean;
  /** Whether a viewer may know of an entity at all, e.g. of the other team. Asked after the distance. */
  readonly canSee?: (viewer: Moving, entity: Entity) => boolean;
  /** How much an entity matters to a viewer, above 0, when not all fit; nearer is more by default. */
  readonly weight?: (viewer: Moving, entity: Entity, distance: number) => number;
}

/** What one client sees: ids, and how much each matters. Reused every tick. */
export class ClientSight {
  readonly visible: number[] = [];
  readonly weights: number[] = [];
  /** What came into sight with the last look, and what left it. */
  readonly entered: number[] = [];
  readonly left: number[] = [];
  /** 1 for every id that was visible at the last look. */
  readonly seen: Uint8Array;

  constructor(capacity: number) {
    this.seen = new Uint8Array(capacity);
  }
}

/** Looks around for every client, with one grid a tick. */
export class Sight {
  readonly #tracker: MotionTracker;
  readonly #options: SightOptions;
  readonly #grid: InterestGrid | undefined;
  readonly #everywhere: number[] = [];

  constructor(tracker: MotionTracker, options: SightOptions) {
    this.#tracker = tracker;
    this.#options = options;
    this.#grid = options.interest && new InterestGrid(options.interest);
  }

  /** Begins a tick: where everybody is. Call it after the entities were gathered. */
  prepare(): void {
    const { isAlwaysSeen } = this.#options;
    this.#grid?.clear();
    this.#everywhere.length = 0;
    for (const id of this.#tracker.ids()) {
      const entity = this.#tracker.entities[id]!;
      if (!this.#grid || isAlwaysSeen?.(entity)) this.#everywhere.push(id);
      else this.#grid.add(id, entity);
    }
  }

  /** Fills `sight` with what `viewer` sees; nothing but the ever-visible when it is nowhere. `except` is the viewer's own entity. */
  look(sight: ClientSight, viewer: Moving | undefined, except: number): void {
    const { visible, weights, entered, left, seen } = sight;
    // What was visible waits in `left` until it is known which of it still is.
    left.length = 0;
    for (const id of visible) left.push(id);
    visible.length = 0;
    weights.length = 0;
    for (const id of this.#everywhere) if (id !== except) this.#meet(sight, viewer, id, 0);
    const grid = this.#grid;
    if (grid && viewer) {
      grid.near(
        viewer as { x: number; y: number },
        (id) => seen[id] === 1,
        (id, distanceSquared) => {
          if (id !== except) this.#meet(sight, viewer, id, Math.sqrt(distanceSquared));
        },
      );
    }
    entered.length = 0;
    for (const id of visible) if (seen[id] === 0) entered.push(id);
    for (const id of left) seen[id] = 0;
    for (const id of visible) seen[id] = 1;
    keepIf(left, (id) => seen[id] === 0);
  }

  #meet({ visible, weights }: ClientSight, viewer: Moving | undefined, id: number, distance: number): void {
    const { canSee, weight, interest } = this.#options;
    const entity = this.#tracker.entities[id]!;
    if (canSee && (!viewer || !canSee(viewer, entity))) return;
    visible.push(id);
    if (weight && viewer) weights.push(weight(viewer, entity, distance));
    else weights.push(interest ? 1 + 3 * Math.max(0, 1 - distance / interest.leave) : 1);
  }
}

/** Drops what does not hold, in place. */
function keepIf(ids: number[], holds: (id: number) => boolean): void {
  let kept = 0;
  for (const id of ids) if (holds(id)) ids[kept++] = id;
  ids.length = kept;
}
