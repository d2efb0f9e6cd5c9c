// The swarm as its players know it, advanced tick by tick.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import {
  BEACON_RADIUS,
  type Beacon,
  CREEP_SPEED,
  FLEE_RADIUS,
  type Herder,
  MEADOW_HALF_SIZE,
  MOVER_COUNT,
  type Mover,
  PLAYER_RADIUS,
  ROUND_SECONDS,
  RUN_SPEED,
  type SwarmState,
  swarm,
  TICK_HZ,
} from "../../shared/schema/swarm/index.ts";
import { type BenchClient, RoomBench, wireOf } from "../kit/testing/index.ts";
import { SwarmRoom } from "./swarm-room.ts";

const WIRE = wireOf(swarm);

type Client = BenchClient<SwarmState>;

let bench: RoomBench<SwarmRoom, SwarmState>;
afterEach(() => bench.close());

async function open(seed = 7): Promise<void> {
  bench = await RoomBench.open<SwarmRoom, SwarmState>(SwarmRoom, TICK_HZ, { seed });
}

const herderOf = ({ sessionId }: Client): Herder => bench.room.state.players.get(sessionId) ?? assert.fail();
const movers = (): Mover[] => [...bench.room.state.movers.values()];
const firstBeacon = (): Beacon => bench.room.state.beacons.get("0") ?? assert.fail();
const distance = (a: { x: number; y: number }, b: { x: number; y: number }): number => Math.hypot(a.x - b.x, a.y - b.y);

/** Plays `ticks` ticks with one intent, and delivers everything. */
function play(client: Client, ticks: number, intent: { moveX?: number; moveY?: number; creep?: boolean }): void {
  bench.advance(ticks, () => {
    const frame = client.snapshots?.inputFrame(intent, bench.elapsedMs);
    if (frame) client.uplink.push(frame);
    bench.settle();
  });
  bench.settle();
}

test("a herder runs at 8 m/s and creeps at 3 m/s, diagonals too, and the fence stops it", async () => {
  await open();
  const ann = await bench.join("Ann", { wire: WIRE });
  play(ann, 1, {});
  for (const [intent, speed] of [
    [{ moveX: 1 }, RUN_SPEED],
    [{ moveX: 1, moveY: -1 }, RUN_SPEED],
    [{ moveY: 1, creep: true }, CREEP_SPEED],
  ] as const) {
    Object.assign(herderOf(ann), { x: 0, y: 0 });
    play(ann, TICK_HZ, intent);
    assert.ok(Math.abs(Math.hypot(herderOf(ann).x, herderOf(ann).y) - speed) < 0.01);
  }
  Object.assign(herderOf(ann), { x: 190, y: 0 });
  play(ann, 3 * TICK_HZ, { moveX: 1 });
  assert.equal(herderOf(ann).x, MEADOW_HALF_SIZE - PLAYER_RADIUS);
});

test("movers run from a herder that runs, and do not mind one that creeps", async () => {
  await open();
  const ann = await bench.join("Ann", { wire: WIRE });
  play(ann, 1, {});
  const target = movers()[0] ?? assert.fail();
  const stalk = (): void => void Object.assign(herderOf(ann), { x: target.x - FLEE_RADIUS / 2, y: target.y });
  for (let tick = 0; tick < 2 * TICK_HZ; tick++) {
    stalk();
    play(ann, 1, { moveX: 1, creep: true });
  }
  assert.equal(target.isScared, false);
  stalk();
  const { x } = target;
  play(ann, TICK_HZ / 2, { moveX: 1 });
  assert.equal(target.isScared, true);
  assert.ok(target.x > x + 1, `it ran ${target.x - x} m away from the herder`);
});

test("a mover that was driven into a beacon counts for who drove it, and appears elsewhere; one that strolled in does not", async () => {
  await open();
  const ann = await bench.join("Ann", { wire: WIRE });
  const bob = await bench.join("Bob", { wire: WIRE });
  play(ann, 1, {});
  Object.assign(herderOf(bob), { x: -195, y: -195 });
  const stroller = (): Mover | undefined =>
    movers().find((mover) => distance(mover, firstBeacon()) < BEACON_RADIUS - 1);
  for (let tick = 0; tick < 600 && !stroller(); tick++) bench.advance(1);
  const { x, y } = stroller() ?? assert.fail("nobody strolled into the beacon in 30 s");
  assert.equal(herderOf(ann).score, 0);
  Object.assign(herderOf(ann), { x, y });
  play(ann, 3, { moveX: 1 });
  assert.ok(herderOf(ann).score > 0);
  assert.equal(herderOf(bob).score, 0);
  assert.equal(movers().length, MOVER_COUNT);
  assert.ok(movers().every((mover) => !mover.isScared || distance(mover, firstBeacon()) >= BEACON_RADIUS));
});

test("a round ends with its winner and begins anew with clean scores", async () => {
  await open();
  const ann = await bench.join("Ann", { wire: WIRE });
  const { state } = bench.room;
  state.secondsLeft = 1;
  herderOf(ann).score = 3;
  bench.advance(TICK_HZ);
  assert.deepEqual([state.winner, state.round, state.secondsLeft], ["Ann", 2, ROUND_SECONDS]);
  assert.equal(herderOf(ann).score, 0);
});

test("when the process drains, the meadow closes at the end of its round", async () => {
  await open();
  await bench.join("Ann", { wire: WIRE });
  bench.room.onDrain();
  bench.room.state.secondsLeft = 2;
  bench.advance(TICK_HZ);
  assert.equal(bench.room.clients.length, 1);
  bench.advance(TICK_HZ);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(bench.room.clients.length, 0);
});

test("movers stay inside the fence and never stand still, however long nobody plays", async () => {
  await open();
  bench.advance(60 * TICK_HZ);
  const before = movers().map(({ x, y }) => ({ x, y }));
  bench.advance(1);
  for (const [index, mover] of movers().entries()) {
    assert.ok(Math.max(Math.abs(mover.x), Math.abs(mover.y)) < MEADOW_HALF_SIZE);
    assert.ok(distance(mover, before[index] ?? assert.fail()) > 0.001);
  }
});

test("the same seed gives the same meadow, another seed another", async () => {
  const later = async (seed: number): Promise<unknown> => {
    await open(seed);
    bench.advance(200);
    const all = bench.room.state.toJSON();
    await bench.close();
    return all;
  };
  const first = await later(3);
  assert.deepEqual(await later(3), first);
  assert.notDeepEqual(await later(4), first);
});
