// Things by the square of the meadow that they are in, sized once: clearing and filling it allocates nothing.

/** A grid over a square about the origin. Each cell is a linked list through one array. */
export class PlaceGrid {
  readonly cellCount: number;
  readonly #halfSize: number;
  readonly #cellSize: number;
  readonly #side: number;
  readonly #first: Int32Array;
  readonly #next: Int32Array;
  readonly #counts: Int32Array;

  /** A grid of `cellSize` squares for indices below `capacity`. */
  constructor(halfSize: number, cellSize: number, capacity: number) {
    this.#halfSize = halfSize;
    this.#cellSize = cellSize;
    this.#side = Math.ceil((2 * halfSize) / cellSize);
    this.cellCount = this.#side * this.#side;
    this.#first = new Int32Array(this.cellCount).fill(-1);
    this.#counts = new Int32Array(this.cellCount);
    this.#next = new Int32Array(capacity);
  }

  clear(): void {
    this.#first.fill(-1);
    this.#counts.fill(0);
  }

  /** Puts `index` where it is and says in which cell that is; what lies outside counts as in the nearest cell. */
  add(index: number, x: number, y: number): number {
    const cell = this.cellOf(x, y);
    this.#next[index] = this.#first[cell]!;
    this.#first[cell] = index;
    this.#counts[cell] = this.#counts[cell]! + 1;
    return cell;
  }

  cellOf(x: number, y: number): number {
    return this.#line(y) * this.#side + this.#line(x);
  }

  countIn(cell: number): number {
    return this.#counts[cell]!;
  }

  /** The first index in one of the nine cells at and around a place, `neighbour` 0 to 8; -1 when there is none. */
  firstAround(x: number, y: number, neighbour: number): number {
    const column = this.#line(x) + (neighbour % 3) - 1;
    const row = this.#line(y) + Math.floor(neighbour / 3) - 1;
    if (column < 0 || row < 0 || column >= this.#side || row >= this.#side) return -1;
    return this.#first[row * this.#side + column]!;
  }

  /** The next index in the same cell, or -1. */
  next(index: number): number {
    return this.#next[index]!;
  }

  #line(coordinate: number): number {
    const line = Math.floor((coordinate + this.#halfSize) / this.#cellSize);
    return Math.min(this.#side - 1, Math.max(0, line));
  }
}
