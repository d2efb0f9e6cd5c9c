// A room full of walkers for tests and benchmarks: people who turn, speed up and bounce off the walls, from one seed.
import { angle, range } from "../../schema/motion.ts";
import { seededRandom } from "../random.ts";
import { SnapshotHistory } from "../snapshot-history.ts";
import { SnapshotSchema } from "../snapshot-schema.ts";

/** Half of the side of the square that they walk in, in metres: the arena's. */
export const HALF_SIZE = 20;
const TICK_SECONDS = 1 / 30;
const MAX_SPEED = 6;

type Walker = { id: number; x: number; y: number; heading: number; turn: number; speed: number };

/** The motion of the published target: x and y of 16 bits, yaw of 8. */
export function walkerSchema(): SnapshotSchema {
  const side = range(-HALF_SIZE, HALF_SIZE, 16);
  return new SnapshotSchema({ walker: { x: side, y: side, yaw: angle(8) } });
}

/** `count` walkers at 2.4 to 6 m/s and 30 Hz in a `SnapshotHistory`. */
export class WalkingWorld {
  readonly history: SnapshotHistory;
  readonly walkers: Walker[] = [];
  isMoving = true;
  tick = 0;
  private readonly random: () => number;

  constructor(seed: number, count: number, capacity: number = count) {
    this.random = seededRandom(seed);
    this.history = new SnapshotHistory(walkerSchema(), capacity);
    for (let index = 0; index < count; index++) this.addWalker();
    this.commit();
  }

  get ids(): number[] {
    return this.walkers.map(({ id }) => id);
  }

  addWalker(): Walker | undefined {
    const id = this.history.add(0);
    if (id < 0) return undefined;
    const place = () => (this.random() * 2 - 1) * HALF_SIZE;
    const walker = {
      id,
      x: place(),
      y: place(),
      heading: this.random() * 7,
      turn: 0,
      speed: MAX_SPEED * (0.4 + 0.6 * this.random()),
    };
    this.walkers.push(walker);
    return walker;
  }

  /** One tick: everybody walks, unless motion is stopped. */
  step(): void {
    if (this.isMoving) for (const walker of this.walkers) this.walk(walker);
    this.commit();
  }

  private walk(walker: Walker): void {
    walker.turn = (walker.turn + (this.random() - 0.5) * 0.6) * 0.9;
    walker.heading += walker.turn * 0.25;
    walker.x += Math.cos(walker.heading) * walker.speed * TICK_SECONDS;
    walker.y += Math.sin(walker.heading) * walker.speed * TICK_SECONDS;
    if (Math.max(Math.abs(walker.x), Math.abs(walker.y)) > HALF_SIZE) {
      walker.heading += Math.PI;
      walker.x = Math.max(-HALF_SIZE, Math.min(HALF_SIZE, walker.x));
      walker.y = Math.max(-HALF_SIZE, Math.min(HALF_SIZE, walker.y));
    }
  }

  private commit(): void {
    for (const { id, x, y, heading } of this.walkers) {
      this.history.set(id, 0, x);
      this.history.set(id, 1, y);
      this.history.set(id, 2, heading);
    }
    this.history.commit(this.tick++);
  }
}
