// How the movers move: they wander in loose flocks, run from who runs at them, and stay inside the fence. After Reynolds'
// boids (SIGGRAPH 1987), with the neighbours of a mover taken together by the square of the meadow that they are in.
import type { MapSchema } from "@colyseus/schema";
import {
  BEACON_RADIUS,
  type Beacon,
  FLEE_RADIUS,
  FLEE_SPEED,
  type Herder,
  MAX_PLAYERS,
  MEADOW_HALF_SIZE,
  MOVER_COUNT,
  MOVER_RADIUS,
  Mover,
  SCARED_TICKS,
  WANDER_SPEED,
} from "../../shared/schema/swarm/index.ts";
import type { Random } from "../kit/index.ts";
import { PlaceGrid } from "./place-grid.ts";

const FENCE = MEADOW_HALF_SIZE - MOVER_RADIUS;
/** Movers turn back this far from the fence, and never come to be nearer to it than half of that. */
const FENCE_MARGIN = 10;
/** Movers of one square of this side are a flock. */
const FLOCK_SQUARE = 16;
const ALIGNMENT = 0.06;
const COHESION = 0.05;
const WANDER = 0.35;
const TURN_BACK = 0.3;
/** What is left of a run's extra speed a tick after the fright. */
const CALMING = 0.93;

/** A meadow's movers, as struct of arrays; what clients see of them is written into the schema's once a tick. */
export class Flock {
  readonly #movers: Mover[] = [];
  readonly #random: Random;
  readonly #x = new Float32Array(MOVER_COUNT);
  readonly #y = new Float32Array(MOVER_COUNT);
  /** Direction of movement, of length 1. */
  readonly #directionX = new Float32Array(MOVER_COUNT);
  readonly #directionY = new Float32Array(MOVER_COUNT);
  readonly #speed = new Float32Array(MOVER_COUNT).fill(WANDER_SPEED);
  readonly #scaredTicks = new Int32Array(MOVER_COUNT);
  /** Who scared each mover last. */
  readonly #scaredBy: (Herder | undefined)[] = new Array(MOVER_COUNT).fill(undefined);
  readonly #flocks = new PlaceGrid(MEADOW_HALF_SIZE, FLOCK_SQUARE, MOVER_COUNT);
  readonly #runners = new PlaceGrid(MEADOW_HALF_SIZE, FLEE_RADIUS, MAX_PLAYERS);
  readonly #heard: Herder[] = [];
  /** Sums over each square's movers: positions and directions. */
  readonly #sums: Float32Array;

  constructor(movers: MapSchema<Mover>, random: Random) {
    this.#random = random;
    this.#sums = new Float32Array(4 * this.#flocks.cellCount);
    for (let index = 0; index < MOVER_COUNT; index++) {
      const mover = new Mover();
      movers.set(String(index), mover);
      this.#movers.push(mover);
      this.#place(index);
      this.#show(index);
    }
  }

  /** Begins a tick: nobody was heard yet. */
  listen(): void {
    this.#runners.clear();
    this.#heard.length = 0;
  }

  /** A herder runs; movers near it will run too. */
  hear(herder: Herder): void {
    this.#runners.add(this.#heard.length, herder.x, herder.y);
    this.#heard.push(herder);
  }

  /** Moves everybody by one tick of `dt` seconds. */
  move(dt: number): void {
    this.#gather();
    for (let index = 0; index < MOVER_COUNT; index++) {
      const isFleeing = this.#heard.length > 0 && this.#flee(index);
      if (!isFleeing) this.#wander(index);
      this.#advance(index, dt);
      this.#show(index);
    }
  }

  /** Takes away every scared mover that a beacon has reached, and puts it elsewhere; `onCaught` hears who drove it in. */
  catchAround(beacon: Beacon, onCaught: (herder: Herder) => void): void {
    for (let index = 0; index < MOVER_COUNT; index++) {
      if (this.#scaredTicks[index] === 0) continue;
      const toX = beacon.x - this.#x[index]!;
      const toY = beacon.y - this.#y[index]!;
      const herder = this.#scaredBy[index];
      if (toX * toX + toY * toY > BEACON_RADIUS * BEACON_RADIUS || !herder) continue;
      onCaught(herder);
      this.#place(index);
      this.#show(index);
    }
  }

  /** Puts a mover anywhere, calm. */
  #place(index: number): void {
    const turn = this.#random() * 2 * Math.PI;
    this.#x[index] = (this.#random() * 2 - 1) * (FENCE - FENCE_MARGIN);
    this.#y[index] = (this.#random() * 2 - 1) * (FENCE - FENCE_MARGIN);
    this.#directionX[index] = Math.cos(turn);
    this.#directionY[index] = Math.sin(turn);
    this.#speed[index] = WANDER_SPEED;
    this.#scaredTicks[index] = 0;
    this.#scaredBy[index] = undefined;
  }

  /** Sums up each square, so that a mover needs to look at one number instead of at its neighbours. */
  #gather(): void {
    const flocks = this.#flocks;
    const sums = this.#sums;
    flocks.clear();
    sums.fill(0);
    for (let index = 0; index < MOVER_COUNT; index++) {
      const at = 4 * flocks.add(index, this.#x[index]!, this.#y[index]!);
      sums[at] = sums[at]! + this.#x[index]!;
      sums[at + 1] = sums[at + 1]! + this.#y[index]!;
      sums[at + 2] = sums[at + 2]! + this.#directionX[index]!;
      sums[at + 3] = sums[at + 3]! + this.#directionY[index]!;
    }
  }

  /** Turns away from those who run near it. False when there is nobody. */
  #flee(index: number): boolean {
    const x = this.#x[index]!;
    const y = this.#y[index]!;
    const runners = this.#runners;
    let awayX = 0;
    let awayY = 0;
    let nearest = FLEE_RADIUS * FLEE_RADIUS;
    for (let neighbour = 0; neighbour < 9; neighbour++) {
      for (let at = runners.firstAround(x, y, neighbour); at >= 0; at = runners.next(at)) {
        const herder = this.#heard[at]!;
        const fromX = x - herder.x;
        const fromY = y - herder.y;
        const distanceSquared = fromX * fromX + fromY * fromY;
        if (distanceSquared > FLEE_RADIUS * FLEE_RADIUS) continue;
        awayX += fromX / (distanceSquared + 0.01);
        awayY += fromY / (distanceSquared + 0.01);
        if (distanceSquared > nearest) continue;
        nearest = distanceSquared;
        this.#scaredBy[index] = herder;
      }
    }
    if (awayX === 0 && awayY === 0) return false;
    this.#turn(index, this.#directionX[index]! * 0.3 + awayX * 4, this.#directionY[index]! * 0.3 + awayY * 4);
    this.#speed[index] = FLEE_SPEED;
    this.#scaredTicks[index] = SCARED_TICKS;
    return true;
  }

  /** Turns a little as the flock does, a little to its middle, and a little at random. */
  #wander(index: number): void {
    const x = this.#x[index]!;
    const y = this.#y[index]!;
    const cell = this.#flocks.cellOf(x, y);
    const count = this.#flocks.countIn(cell);
    const sums = this.#sums;
    const directionX = this.#directionX[index]!;
    const directionY = this.#directionY[index]!;
    const drift = (this.#random() * 2 - 1) * WANDER;
    this.#turn(
      index,
      directionX -
        directionY * drift +
        (sums[4 * cell + 2]! * ALIGNMENT + ((sums[4 * cell]! / count - x) / 8) * COHESION),
      directionY +
        directionX * drift +
        (sums[4 * cell + 3]! * ALIGNMENT + ((sums[4 * cell + 1]! / count - y) / 8) * COHESION),
    );
    this.#speed[index] = WANDER_SPEED + (this.#speed[index]! - WANDER_SPEED) * CALMING;
    if (this.#scaredTicks[index]! > 0) this.#scaredTicks[index] = this.#scaredTicks[index]! - 1;
  }

  #turn(index: number, towardsX: number, towardsY: number): void {
    const length = Math.sqrt(towardsX * towardsX + towardsY * towardsY);
    if (length < 1e-6) return;
    this.#directionX[index] = towardsX / length;
    this.#directionY[index] = towardsY / length;
  }

  #advance(index: number, dt: number): void {
    const way = this.#speed[index]! * dt;
    const x = this.#x[index]! + this.#directionX[index]! * way;
    const y = this.#y[index]! + this.#directionY[index]! * way;
    this.#x[index] = Math.min(FENCE, Math.max(-FENCE, x));
    this.#y[index] = Math.min(FENCE, Math.max(-FENCE, y));
    const edge = FENCE - FENCE_MARGIN;
    if (Math.abs(x) > edge || Math.abs(y) > edge) {
      const inX = x > edge ? -TURN_BACK : x < -edge ? TURN_BACK : 0;
      const inY = y > edge ? -TURN_BACK : y < -edge ? TURN_BACK : 0;
      this.#turn(index, this.#directionX[index]! + inX, this.#directionY[index]! + inY);
    }
  }

  #show(index: number): void {
    const mover = this.#movers[index]!;
    mover.x = this.#x[index]!;
    mover.y = this.#y[index]!;
    mover.heading = Math.atan2(this.#directionY[index]!, this.#directionX[index]!);
    mover.isScared = this.#scaredTicks[index]! > 0;
  }
}
