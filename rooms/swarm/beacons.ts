// The beacons' way over the meadow: each on a circle of its own, the same in every room.
import type { MapSchema } from "@colyseus/schema";
import { BEACON_COUNT, BEACON_SPEED, Beacon, MEADOW_HALF_SIZE, TICK_HZ } from "../../shared/schema/swarm/index.ts";

const ORBIT_CENTRE = MEADOW_HALF_SIZE / 2;
const ORBIT_RADIUS = MEADOW_HALF_SIZE / 5;

/** The beacons of one meadow, one in each quarter. */
export class Beacons {
  readonly #beacons: Beacon[] = [];

  constructor(beacons: MapSchema<Beacon>) {
    for (let index = 0; index < BEACON_COUNT; index++) {
      const beacon = new Beacon();
      beacons.set(String(index), beacon);
      this.#beacons.push(beacon);
    }
    this.drift(0);
  }

  /** Puts each where it is at a tick. */
  drift(tick: number): void {
    const turned = (tick / TICK_HZ) * (BEACON_SPEED / ORBIT_RADIUS);
    for (let index = 0; index < this.#beacons.length; index++) {
      const beacon = this.#beacons[index];
      if (!beacon) continue;
      const quarter = (index / BEACON_COUNT) * 2 * Math.PI + Math.PI / 4;
      const angle = turned + quarter;
      beacon.x = ORBIT_CENTRE * Math.SQRT2 * Math.cos(quarter) + ORBIT_RADIUS * Math.cos(angle);
      beacon.y = ORBIT_CENTRE * Math.SQRT2 * Math.sin(quarter) + ORBIT_RADIUS * Math.sin(angle);
    }
  }
}
