// What a client holds of one entity: its latest states by tick, to decode deltas against and to interpolate between.
import type { FieldLayout } from "./field-layout.ts";

/** States that a track keeps, the newest ones. */
export const TRACK_LENGTH = 32;

/**
 * The states of one entity, in ascending order of tick. Each is the entity's true state at that tick, so it does not matter in which order they arrive.
 */
export class EntityTrack {
  readonly id: number;
  readonly generation: number;
  /** Number of the entity's kind in the schema. */
  readonly kind: number;
  readonly layout: FieldLayout;
  /** Tick that brought the entity; nothing from before it belongs here, because what lies between is not known to be whole. */
  readonly firstTick: number;
  /** Number of states held. */
  length = 0;
  private readonly ticks = new Int32Array(TRACK_LENGTH);
  private readonly values: Int32Array;

  constructor(id: number, generation: number, kind: number, layout: FieldLayout, firstTick: number) {
    this.id = id;
    this.generation = generation;
    this.kind = kind;
    this.layout = layout;
    this.firstTick = firstTick;
    this.values = new Int32Array(TRACK_LENGTH * layout.size);
  }

  /** Tick of the newest state; -1 when there is none. */
  get newestTick(): number {
    return this.length === 0 ? -1 : this.ticks[this.length - 1]!;
  }

  /** Tick of the oldest state; -1 when there is none. */
  get oldestTick(): number {
    return this.length === 0 ? -1 : this.ticks[0]!;
  }

  /** Place of the newest state at or before `tick`; -1 when there is none. */
  placeAt(tick: number): number {
    let place = this.length - 1;
    while (place >= 0 && this.ticks[place]! > tick) place--;
    return place;
  }

  /** Tick of the state at `place`. */
  tickAt(place: number): number {
    return this.ticks[place]!;
  }

  /** Quantised field of the state at `place`. */
  quantizedAt(place: number, field: number): number {
    return this.values[place * this.layout.size + field]!;
  }

  /** Takes a state in: quantised fields from `source[start]` on. One that is older than all of a full track, or known, is ignored. */
  insert(tick: number, source: Int32Array, start: number): void {
    const { size } = this.layout;
    let place = this.placeAt(tick);
    if (place >= 0 && this.ticks[place] === tick) return;
    if (this.length === TRACK_LENGTH) {
      if (place < 0) return;
      this.ticks.copyWithin(0, 1);
      this.values.copyWithin(0, size);
      this.length--;
      place--;
    }
    const at = place + 1;
    if (at < this.length) {
      this.ticks.copyWithin(at + 1, at, this.length);
      this.values.copyWithin((at + 1) * size, at * size, this.length * size);
    }
    this.ticks[at] = tick;
    for (let field = 0; field < size; field++) this.values[at * size + field] = source[start + field]!;
    this.length++;
  }

  /** Notes that the newest state still held at `tick`: the entity was at rest up to there. */
  hold(tick: number): void {
    if (this.length > 0 && tick > this.newestTick) this.insert(tick, this.values, (this.length - 1) * this.layout.size);
  }

  /**
   * Writes the fields at the fractional `tick` to `into`: between two states interpolated, before the first and after the last that
   * state itself. False when there is no state.
   */
  sample(tick: number, into: Float64Array | number[]): boolean {
    if (this.length === 0) return false;
    const place = Math.max(0, this.placeAt(Math.floor(tick)));
    const next = Math.min(place + 1, this.length - 1);
    const from = this.ticks[place]!;
    const span = this.ticks[next]! - from;
    const share = span <= 0 || tick <= from ? 0 : Math.min(1, (tick - from) / span);
    for (let field = 0; field < this.layout.size; field++) {
      const value = this.layout.dequantize(field, this.quantizedAt(place, field));
      into[field] =
        share === 0
          ? value
          : this.layout.interpolate(field, value, this.layout.dequantize(field, this.quantizedAt(next, field)), share);
    }
    return true;
  }
}
