// Which entities a client may know of: those near it, by a grid that is built once a tick for everybody.
import type { IdSet } from "../../../shared/netcode/index.ts";
import type { Moving } from "./motion-tracker.ts";

/** Distances of the game, in its own unit. An entity is seen within `enter`, and until it is farther than `leave`. */
export interface InterestRadius {
  readonly enter: number;
  readonly leave: number;
}

/** A place of the game's plane. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Buckets for each entity: few enough to stay in the cache, many enough that far squares seldom share one. */
const BUCKETS_PER_ENTITY = 2;
/** Large primes of the hash (Teschner et al., "Optimized Spatial Hashing for Collision Detection", 2003). */
const COLUMN_PRIME = 73_856_093;
const ROW_PRIME = 19_349_663;

/**
 * A spatial hash: entities by the square of the plane that they are in, squares as wide as the leave radius, so that a
 * query looks at nine of them at most. Entities of one square lie side by side in memory.
 */
export class InterestGrid {
  readonly #radius: InterestRadius;
  readonly #mask: number;
  /** Where each bucket's entities begin; the next bucket's beginning is its end. */
  readonly #starts: Int32Array;
  #count = 0;
  /** As they were added. */
  readonly #ids: Int32Array;
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  readonly #buckets: Int32Array;
  /** By bucket. */
  readonly #sortedIds: Int32Array;
  readonly #sortedX: Float64Array;
  readonly #sortedY: Float64Array;

  /** `capacity` is how many entities there may be. */
  constructor(radius: InterestRadius, capacity: number) {
    if (!(radius.enter > 0 && radius.leave > radius.enter)) {
      throw new RangeError(
        `Interest radii ${radius.enter} and ${radius.leave}: the enter radius must be above 0 and below the leave radius.`,
      );
    }
    this.#radius = radius;
    const buckets = 2 ** Math.ceil(Math.log2(BUCKETS_PER_ENTITY * capacity));
    this.#mask = buckets - 1;
    this.#starts = new Int32Array(buckets + 1);
    this.#ids = new Int32Array(capacity);
    this.#buckets = new Int32Array(capacity);
    this.#sortedIds = new Int32Array(capacity);
    [this.#x, this.#y] = [new Float64Array(capacity), new Float64Array(capacity)];
    [this.#sortedX, this.#sortedY] = [new Float64Array(capacity), new Float64Array(capacity)];
  }

  /** Begins a tick. */
  clear(): void {
    this.#count = 0;
    this.#starts.fill(0);
  }

  /** Puts an entity where it is now. */
  add(id: number, entity: Moving): void {
    const { x, y } = entity as Place;
    const at = this.#count++;
    const bucket = this.#bucketOf(this.#column(x), this.#column(y));
    this.#ids[at] = id;
    this.#x[at] = x;
    this.#y[at] = y;
    this.#buckets[at] = bucket;
    this.#starts[bucket + 1]! += 1;
  }

  /** Ends adding: a counting sort by bucket. */
  settle(): void {
    const starts = this.#starts;
    for (let bucket = 1; bucket < starts.length; bucket++) starts[bucket]! += starts[bucket - 1]!;
    for (let at = 0; at < this.#count; at++) {
      const bucket = this.#buckets[at]!;
      const to = starts[bucket]!;
      starts[bucket] = to + 1;
      this.#sortedIds[to] = this.#ids[at]!;
      this.#sortedX[to] = this.#x[at]!;
      this.#sortedY[to] = this.#y[at]!;
    }
    // Each beginning has moved to its bucket's end, which is the next one's beginning.
    starts.copyWithin(1, 0, starts.length - 1);
    starts[0] = 0;
  }

  /**
   * Adds to `seen` every entity that a viewer at `place` sees. For those in `before`, which it saw a tick ago, the wider
   * radius counts, so that one on the border does not come and go.
   */
  near({ x, y }: Place, before: IdSet, seen: IdSet): void {
    const column = this.#column(x);
    const row = this.#column(y);
    for (let across = column - 1; across <= column + 1; across++) {
      for (let up = row - 1; up <= row + 1; up++)
        this.#nearIn(this.#bucketOf(across, up), x, y, before.words, seen.words);
    }
  }

  #nearIn(bucket: number, x: number, y: number, before: Int32Array, seen: Int32Array): void {
    const [sortedX, sortedY] = [this.#sortedX, this.#sortedY];
    const { enter, leave } = this.#radius;
    const end = this.#starts[bucket + 1]!;
    for (let at = this.#starts[bucket]!; at < end; at++) {
      const distanceSquared = (sortedX[at]! - x) ** 2 + (sortedY[at]! - y) ** 2;
      if (distanceSquared > leave * leave) continue;
      const id = this.#sortedIds[at]!;
      const bit = 1 << (id & 31);
      if (distanceSquared <= enter * enter || (before[id >>> 5]! & bit) !== 0) seen[id >>> 5]! |= bit;
    }
  }

  #column(coordinate: number): number {
    return Math.floor(coordinate / this.#radius.leave);
  }

  #bucketOf(column: number, row: number): number {
    return (Math.imul(column, COLUMN_PRIME) ^ Math.imul(row, ROW_PRIME)) & this.#mask;
  }
}
