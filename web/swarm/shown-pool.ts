// One drawn thing for each entity that snapshots tell of: taken from a pool when it comes into sight, given back when it leaves.
import { type Container, Graphics, type GraphicsContext } from "pixi.js";
import type { SnapshotEntity } from "../../client/index.ts";

interface Shown {
  readonly graphics: Graphics;
  seenInFrame: number;
}

/** The drawn entities of one kind. */
export class ShownPool {
  readonly #layer: Container;
  readonly #byId = new Map<number, Shown>();
  readonly #spare: Graphics[] = [];
  readonly #fields: number[] = [];
  #frame = 0;

  constructor(layer: Container) {
    this.#layer = layer;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Draws every entity: `draw` puts its graphics where the sampled fields say. What is not there any more goes. */
  update(
    entities: Iterable<SnapshotEntity>,
    context: GraphicsContext,
    draw: (graphics: Graphics, fields: readonly number[], entity: SnapshotEntity) => void,
  ): void {
    this.#frame += 1;
    for (const entity of entities) {
      const shown = this.#byId.get(entity.id) ?? this.#add(entity.id, context);
      shown.seenInFrame = this.#frame;
      entity.sample(this.#fields);
      draw(shown.graphics, this.#fields, entity);
    }
    for (const [id, { graphics, seenInFrame }] of this.#byId) {
      if (seenInFrame === this.#frame) continue;
      this.#layer.removeChild(graphics);
      graphics.removeChildren();
      this.#spare.push(graphics);
      this.#byId.delete(id);
    }
  }

  #add(id: number, context: GraphicsContext): Shown {
    const graphics = this.#spare.pop() ?? new Graphics();
    graphics.context = context;
    const shown = { graphics, seenInFrame: this.#frame };
    this.#layer.addChild(graphics);
    this.#byId.set(id, shown);
    return shown;
  }
}
