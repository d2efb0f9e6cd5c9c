// Which candidates wait when not all fit: the ones that have waited least for their weight.

const PRIORITY_STEPS = 64;
const INDEX_STEPS = 16384;
const MAX_PRIORITY = 2 ** 30;
/** Put into order at a time at least; each time twice as many. */
const FIRST_SORTED = 32;

/**
 * Finds the least urgent candidates, in order; of equal ones the higher index is less urgent. Sized once, no allocation but one view a
 * call. Mostly a few of many have to wait, so the others are not put into order.
 *
 * The caller adds each entity's weight to its priority in every tick that it waits and sets it back to 0 when it is sent: Glenn
 * Fiedler's priority accumulator ("State Synchronization", Gaffer on Games, 2015). So an entity of weight `w` is never passed over
 * for longer than the others' weights together divided by `w`, times what a tick can carry.
 */
export class PriorityOrder {
  private readonly keys: Float64Array;
  private count = 0;
  /** How many of the least urgent are in their places. */
  private sortedCount = 0;

  constructor(capacity: number) {
    this.keys = new Float64Array(capacity);
  }

  /** Takes candidates 0 to `count - 1` with their `priorities`. */
  reset(count: number, priorities: Float32Array): void {
    this.count = count;
    this.sortedCount = 0;
    for (let candidate = 0; candidate < count; candidate++) {
      const priority = Math.min(MAX_PRIORITY, priorities[candidate]!);
      this.keys[candidate] = Math.floor(priority * PRIORITY_STEPS) * INDEX_STEPS + (INDEX_STEPS - 1 - candidate);
    }
  }

  /** Puts at least the `wanted` least urgent into order, or all when there are fewer. */
  sortLeast(wanted: number): void {
    const { keys, count } = this;
    if (wanted <= this.sortedCount) return;
    const end = Math.min(Math.max(wanted, FIRST_SORTED, 2 * this.sortedCount), count);
    if (end < count) partition(keys, this.sortedCount, count - 1, end);
    keys.subarray(this.sortedCount, end).sort();
    this.sortedCount = end;
  }

  /** The candidate at `place` of those that are in order, 0 being the least urgent. */
  at(place: number): number {
    const key = this.keys[place]!;
    return INDEX_STEPS - 1 - (key - Math.floor(key / INDEX_STEPS) * INDEX_STEPS);
  }
}

/** Moves the smallest of `keys[first]` to `keys[last]` before place `end`, in any order (Hoare's "Find", 1961). */
function partition(keys: Float64Array, first: number, last: number, end: number): void {
  let [low, high] = [first, last];
  while (low < high) {
    const pivot = keys[(low + high) >>> 1]!;
    let [left, right] = [low, high];
    while (left <= right) {
      while (keys[left]! < pivot) left++;
      while (keys[right]! > pivot) right--;
      if (left > right) break;
      const key = keys[left]!;
      keys[left++] = keys[right]!;
      keys[right--] = key;
    }
    if (end <= right) high = right;
    else if (end >= left) low = left;
    else return;
  }
}
