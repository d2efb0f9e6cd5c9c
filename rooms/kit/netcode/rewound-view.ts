// The world as a player saw it, from the very states that its snapshots were made of.
import type { MotionTracker, Moving } from "./motion-tracker.ts";

/** Reads past positions. */
export interface SeenView {
  /** A field of `entity` as it was shown; what it is now when it was not there yet or does not move. */
  value<Entity extends Moving>(entity: Entity, field: keyof Entity & string): number;
}

/** A view of a room's history at a fractional tick, aimed anew for each shot. */
export class RewoundView implements SeenView {
  readonly #tracker: MotionTracker;
  #tick = 0;

  constructor(tracker: MotionTracker) {
    this.#tracker = tracker;
  }

  /** Aims at `tick`, no earlier than `oldest` and no later than the newest state. */
  aim(tick: number, oldest: number): this {
    const newest = this.#tracker.history.tick;
    this.#tick = Number.isNaN(tick) ? newest : Math.min(newest, Math.max(tick, oldest, 0));
    return this;
  }

  value(entity: Moving, field: string): number {
    const { history, addedAt } = this.#tracker;
    const id = this.#tracker.idOf(entity);
    const live = Number((entity as Record<string, unknown>)[field]);
    if (id < 0) return live;
    const layout = history.schema.layouts[history.kind[id]!]!;
    const index = layout.names.indexOf(field);
    const from = Math.floor(this.#tick);
    if (index < 0 || from < addedAt[id]! || from < 0) return live;
    const earlier = layout.dequantize(index, history.valueAt(from, id, index));
    if (from === this.#tick) return earlier;
    const later = layout.dequantize(index, history.valueAt(from + 1, id, index));
    return layout.interpolate(index, earlier, later, this.#tick - from);
  }
}
