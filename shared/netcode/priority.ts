// Which candidates go first when not all fit: the ones that have waited longest for their weight.

const PRIORITY_STEPS = 64;
const INDEX_STEPS = 16384;
const MAX_PRIORITY = 2 ** 30;

/**
 * Orders candidates by priority, highest first; of equal ones the lower index goes first. Sized once, no allocation but one view a call.
 *
 * The caller adds each entity's weight to its priority in every tick that it waits and sets it back to 0 when it is sent: Glenn
 * Fiedler's priority accumulator ("State Synchronization", Gaffer on Games, 2015). So an entity of weight `w` is never passed over
 * for longer than the others' weights together divided by `w`, times what a tick can carry.
 */
export class PriorityOrder {
  private readonly keys: Float64Array;
  private sorted: Float64Array;

  constructor(capacity: number) {
    this.keys = new Float64Array(capacity);
    this.sorted = this.keys;
  }

  /** Sorts candidates 0 to `count - 1` by `priorities[candidate]`. */
  sort(count: number, priorities: Float32Array): void {
    for (let candidate = 0; candidate < count; candidate++) {
      const priority = Math.min(MAX_PRIORITY, priorities[candidate]!);
      this.keys[candidate] = Math.floor(priority * PRIORITY_STEPS) * INDEX_STEPS + (INDEX_STEPS - 1 - candidate);
    }
    this.sorted = this.keys.subarray(0, count).sort();
  }

  /** The candidate at `place` of the order, 0 being the most urgent. */
  at(place: number): number {
    return INDEX_STEPS - 1 - (this.sorted[this.sorted.length - 1 - place]! % INDEX_STEPS);
  }
}
