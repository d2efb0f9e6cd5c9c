// What each client may know of this tick. Who is not in its sight is not in its bytes.
import { IdSet } from "../../../shared/netcode/index.ts";
import { InterestGrid, type InterestRadius, type Place } from "./interest.ts";
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

/** What one client sees. Reused every tick. */
export class ClientSight {
  /** Ids of now, and of the look before. */
  visible: IdSet;
  before: IdSet;

  constructor(capacity: number) {
    this.visible = new IdSet(capacity);
    this.before = new IdSet(capacity);
  }

  /** Forgets an entity that is gone, so that it neither stays nor leaves. */
  forget(id: number): void {
    this.visible.delete(id);
    this.before.delete(id);
  }
}

/** Looks around for every client, with one grid a tick. */
export class Sight {
  readonly #tracker: MotionTracker;
  readonly #options: SightOptions;
  readonly #grid: InterestGrid | undefined;
  readonly #everywhere: IdSet;

  constructor(tracker: MotionTracker, options: SightOptions) {
    const { capacity } = tracker.history;
    this.#tracker = tracker;
    this.#options = options;
    this.#grid = options.interest && new InterestGrid(options.interest, capacity);
    this.#everywhere = new IdSet(capacity);
    // Where all see all, what they are sent is much the same.
    if (!this.#grid && !options.canSee) tracker.history.share(this.#everywhere);
  }

  /** Begins a tick: where everybody is. Call it after the entities were gathered. */
  prepare(): void {
    const { isAlwaysSeen } = this.#options;
    this.#grid?.clear();
    this.#everywhere.clear();
    for (const id of this.#tracker.ids()) {
      const entity = this.#tracker.entities[id]!;
      if (!this.#grid || isAlwaysSeen?.(entity)) this.#everywhere.add(id);
      else this.#grid.add(id, entity);
    }
    this.#grid?.settle();
  }

  /** Fills `sight` with what `viewer` sees; nothing but the ever-visible when it is nowhere. `except` is the viewer's own entity. */
  look(sight: ClientSight, viewer: Moving | undefined, except: number): void {
    const { visible: before, before: visible } = sight;
    Object.assign(sight, { visible, before });
    visible.copyFrom(this.#everywhere);
    if (viewer) this.#grid?.near(viewer as Place, before, visible);
    if (except >= 0) visible.delete(except);
    const { canSee } = this.#options;
    if (!canSee) return;
    for (const id of visible) if (!viewer || !canSee(viewer, this.#tracker.entities[id]!)) visible.delete(id);
  }

  /** Whether entities differ in how much they matter. */
  get hasWeights(): boolean {
    return this.#options.weight !== undefined || this.#options.interest !== undefined;
  }

  /** How much an entity matters to a viewer, for when not all fit. */
  weightOf(viewer: Moving | undefined, id: number): number {
    const { weight, interest } = this.#options;
    const entity = this.#tracker.entities[id];
    if (!viewer || !entity || !(weight || interest)) return 1;
    const distance = interest && !this.#everywhere.has(id) ? between(viewer as Place, entity as Place) : 0;
    if (weight) return weight(viewer, entity, distance);
    return interest ? 1 + 3 * Math.max(0, 1 - distance / interest.leave) : 1;
  }
}

function between(one: Place, other: Place): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
