// The entities that a server moves by itself: each walks on, turns a little, and turns back at the fence.
import { seededRandom } from "../../shared/netcode/index.ts";
import { type MoverMotion, onGrid } from "./mover.ts";
import type { Scene } from "./scene.ts";

const WALK_SPEED = 2;
/** Most that a direction changes in a tick; radians. */
const WANDER = 0.2;

/** A herd over objects that its owner made; they are moved in place. */
export class Herd {
  readonly #movers: readonly MoverMotion[];
  readonly #halfSize: number;
  readonly #heading: Float64Array;
  readonly #random = seededRandom(11);

  constructor(movers: readonly MoverMotion[], { halfSize }: Scene) {
    this.#movers = movers;
    this.#halfSize = halfSize;
    this.#heading = new Float64Array(movers.length);
    for (const [index, mover] of movers.entries()) {
      mover.x = onGrid((this.#random() * 2 - 1) * halfSize);
      mover.y = onGrid((this.#random() * 2 - 1) * halfSize);
      this.#heading[index] = (this.#random() * 2 - 1) * Math.PI;
    }
  }

  /** Moves everybody by one tick of `dt` seconds. */
  move(dt: number): void {
    const way = WALK_SPEED * dt;
    for (let index = 0; index < this.#movers.length; index++) {
      const mover = this.#movers[index]!;
      let heading = this.#heading[index]! + (this.#random() * 2 - 1) * WANDER;
      if (Math.abs(mover.x) > this.#halfSize || Math.abs(mover.y) > this.#halfSize) {
        heading = Math.atan2(-mover.y, -mover.x);
      }
      if (heading > Math.PI) heading -= 2 * Math.PI;
      else if (heading < -Math.PI) heading += 2 * Math.PI;
      this.#heading[index] = heading;
      mover.x = onGrid(mover.x + Math.cos(heading) * way);
      mover.y = onGrid(mover.y + Math.sin(heading) * way);
      mover.yaw = heading;
    }
  }
}
