// What is on its way, ordered by when it arrives: a binary heap that keeps the order of equal times.

/** A bounded queue of items by time. Equal times come out in the order they went in. */
export class TimeQueue<Item> {
  readonly #limit: number;
  readonly #heap: { readonly atMs: number; readonly order: number; readonly item: Item }[] = [];
  #added = 0;

  /** A queue that refuses to hold more than `limit` items. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many items wait. */
  get size(): number {
    return this.#heap.length;
  }

  /** When the earliest item is due; nothing when the queue is empty. */
  get nextMs(): number | undefined {
    return this.#heap[0]?.atMs;
  }

  /** Puts `item` in for `atMs`. False, and nothing happens, when the queue is full. */
  add(atMs: number, item: Item): boolean {
    if (this.#heap.length >= this.#limit) return false;
    this.#heap.push({ atMs, order: this.#added, item });
    this.#added += 1;
    this.#riseLast();
    return true;
  }

  /** Takes the earliest item out if it is due at `nowMs`. */
  takeDue(nowMs: number): { readonly atMs: number; readonly item: Item } | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.atMs > nowMs) return undefined;
    const last = this.#heap.pop()!;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sinkFirst();
    }
    return first;
  }

  /** Forgets every item. */
  clear(): void {
    this.#heap.length = 0;
  }

  #isBefore(left: number, right: number): boolean {
    const a = this.#heap[left]!;
    const b = this.#heap[right]!;
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  }

  #swap(left: number, right: number): void {
    const kept = this.#heap[left]!;
    this.#heap[left] = this.#heap[right]!;
    this.#heap[right] = kept;
  }

  #riseLast(): void {
    let index = this.#heap.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #sinkFirst(): void {
    let index = 0;
    for (;;) {
      let earliest = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < this.#heap.length && this.#isBefore(child, earliest)) earliest = child;
      }
      if (earliest === index) return;
      this.#swap(index, earliest);
      index = earliest;
    }
  }
}
