// Which entities a client may know of: those near it, by a grid that is built once a tick for everybody.
import type { Moving } from "./motion-tracker.ts";

/** Distances of the game, in its own unit. An entity is seen within `enter`, and until it is farther than `leave`. */
export interface InterestRadius {
  readonly enter: number;
  readonly leave: number;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** The entities of one square, side by side, so that a query reads no entity. */
interface Cell {
  count: number;
  readonly ids: number[];
  readonly x: number[];
  readonly y: number[];
}

/**
 * A spatial hash: entities by the square of the plane that they are in, squares as wide as the leave radius, so that a
 * query looks at nine of them at most.
 */
export class InterestGrid {
  readonly #radius: InterestRadius;
  readonly #cells = new Map<number, Cell>();
  readonly #used: Cell[] = [];

  constructor(radius: InterestRadius) {
    if (!(radius.enter > 0 && radius.leave > radius.enter)) {
      throw new RangeError(
        `Interest radii ${radius.enter} and ${radius.leave}: the enter radius must be above 0 and below the leave radius.`,
      );
    }
    this.#radius = radius;
  }

  /** Begins a tick. Cells keep their arrays. */
  clear(): void {
    for (const cell of this.#used) cell.count = 0;
    this.#used.length = 0;
  }

  /** Puts an entity where it is now. */
  add(id: number, entity: Moving): void {
    const { x, y } = entity as Place;
    const key = this.#keyOf(this.#column(x), this.#column(y));
    let cell = this.#cells.get(key);
    if (!cell) {
      cell = { count: 0, ids: [], x: [], y: [] };
      this.#cells.set(key, cell);
    }
    if (cell.count === 0) this.#used.push(cell);
    const at = cell.count++;
    cell.ids[at] = id;
    cell.x[at] = x;
    cell.y[at] = y;
  }

  /**
   * Calls `meet` for every entity that a viewer at `place` sees. `isSeen(id)` says whether it saw the entity a tick ago: then
   * the wider radius counts, so that one on the border does not come and go.
   */
  near(place: Place, isSeen: (id: number) => boolean, meet: (id: number, distanceSquared: number) => void): void {
    const { x: placeX, y: placeY } = place;
    const column = this.#column(placeX);
    const row = this.#column(placeY);
    const enterSquared = this.#radius.enter ** 2;
    const leaveSquared = this.#radius.leave ** 2;
    for (let x = column - 1; x <= column + 1; x++) {
      for (let y = row - 1; y <= row + 1; y++) {
        const cell = this.#cells.get(this.#keyOf(x, y));
        if (!cell) continue;
        for (let at = 0; at < cell.count; at++) {
          const distanceSquared = (cell.x[at]! - placeX) ** 2 + (cell.y[at]! - placeY) ** 2;
          if (distanceSquared > leaveSquared) continue;
          const id = cell.ids[at]!;
          if (distanceSquared <= enterSquared || isSeen(id)) meet(id, distanceSquared);
        }
      }
    }
  }

  #column(coordinate: number): number {
    return Math.floor(coordinate / this.#radius.leave);
  }

  /** One number for a cell; columns are taken modulo 2^16, which only makes far cells share a list. */
  #keyOf(column: number, row: number): number {
    return ((column & 0xffff) << 16) | (row & 0xffff);
  }
}
