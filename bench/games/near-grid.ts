// Who is near whom, for peers that bring no interest management of their own.
import type { MoverMotion } from "./mover.ts";

/** A grid of squares as wide as the larger radius: a query looks at nine of them. */
export class NearGrid<Entity extends MoverMotion> {
  readonly #enterSquared: number;
  readonly #leaveSquared: number;
  readonly #side: number;
  readonly #cells = new Map<number, Entity[]>();

  constructor({ enter, leave }: { readonly enter: number; readonly leave: number }) {
    this.#enterSquared = enter * enter;
    this.#leaveSquared = leave * leave;
    this.#side = leave;
  }

  /** Puts all entities where they are now. */
  fill(collections: readonly Iterable<Entity>[]): void {
    for (const cell of this.#cells.values()) cell.length = 0;
    for (const entities of collections) {
      for (const entity of entities) {
        const key = this.#key(this.#line(entity.x), this.#line(entity.y));
        const cell = this.#cells.get(key);
        if (cell) cell.push(entity);
        else this.#cells.set(key, [entity]);
      }
    }
  }

  /** Everybody within the smaller radius of `viewer`, and of those in `before` also who is within the larger. */
  near(viewer: MoverMotion, before: ReadonlySet<Entity>): Set<Entity> {
    const found = new Set<Entity>();
    const column = this.#line(viewer.x);
    const row = this.#line(viewer.y);
    for (let neighbour = 0; neighbour < 9; neighbour++) {
      const key = this.#key(column + (neighbour % 3) - 1, row + Math.floor(neighbour / 3) - 1);
      for (const entity of this.#cells.get(key) ?? []) {
        const squared = (entity.x - viewer.x) ** 2 + (entity.y - viewer.y) ** 2;
        if (squared <= this.#enterSquared || (squared <= this.#leaveSquared && before.has(entity))) found.add(entity);
      }
    }
    return found;
  }

  #line(coordinate: number): number {
    return Math.floor(coordinate / this.#side);
  }

  #key(column: number, row: number): number {
    return (row + 1_024) * 4_096 + column + 1_024;
  }
}
