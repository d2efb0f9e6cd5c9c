// What a herder may know, in the bytes it is sent: nobody who is out of sight, for snapshots and for patches.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import {
  BEACON_COUNT,
  type Herder,
  MOVER_COUNT,
  SIGHT_ENTER_RADIUS,
  SIGHT_LEAVE_RADIUS,
  type SwarmState,
  TICK_HZ,
} from "../../shared/schema/swarm/index.ts";
import { type BenchClient, RoomBench } from "../kit/testing/index.ts";
import { SwarmRoom } from "./swarm-room.ts";
import { HerderCrowd } from "./testing/herder-crowd.ts";

type Client = BenchClient<SwarmState>;
interface Place {
  readonly x: number;
  readonly y: number;
}

/** What quantisation may shift a place by; metres. */
const SHOWN_ERROR = 0.02;
const TICKS = 400;

let bench: RoomBench<SwarmRoom, SwarmState>;
afterEach(() => bench.close());

async function crowd(snapshotClients: number, patchClients: number): Promise<HerderCrowd> {
  bench = await RoomBench.open<SwarmRoom, SwarmState>(SwarmRoom, TICK_HZ, { seed: 11 });
  const herders = await HerderCrowd.join(bench, { snapshotClients, patchClients, seed: 5 });
  herders.tick();
  herders.tick();
  return herders;
}

/** Puts everybody in one row, so that they come into each other's sight and leave it. */
async function row(snapshotClients: number, patchClients: number): Promise<HerderCrowd> {
  const herders = await crowd(snapshotClients, patchClients);
  for (const [index, { sessionId }] of herders.clients.entries()) {
    Object.assign(herderOf(sessionId), { x: 24 * index - 60, y: 30 });
  }
  herders.tick();
  return herders;
}

const herderOf = (sessionId: string): Herder => bench.room.state.players.get(sessionId) ?? assert.fail();
const distance = (a: Place, b: Place): number => Math.hypot(a.x - b.x, a.y - b.y);

/** Entities of a kind in the newest snapshot, and all that are held. */
function told(client: Client, kind: string): { fresh: Place[]; held: Place[] } {
  const { decoder } = client.snapshots ?? assert.fail();
  const all = [...(client.snapshots?.entities(kind) ?? [])] as unknown as (Place & { id: number })[];
  const tick = decoder?.header.tick;
  return { fresh: all.filter(({ id }) => decoder?.entities.get(id)?.newestTick === tick), held: all };
}

/** Checks one client against the room, and counts what it was told. */
function checkSnapshots(client: Client): number {
  const self = herderOf(client.sessionId);
  const others = [...bench.room.state.players].filter(([sessionId]) => sessionId !== client.sessionId);
  let count = 0;
  for (const [kind, truth] of [
    ["movers", [...bench.room.state.movers.values()]],
    ["players", others.map(([, herder]) => herder)],
  ] as const) {
    const { fresh, held } = told(client, kind);
    for (const place of [...fresh, ...held]) {
      assert.ok(distance(place, self) <= SIGHT_LEAVE_RADIUS + SHOWN_ERROR, `${kind} at ${distance(place, self)} m`);
    }
    const inSight = truth.filter((place) => distance(place, self) <= SIGHT_ENTER_RADIUS);
    for (const place of inSight) {
      assert.ok(
        held.some((shown) => distance(shown, place) <= 2 * SHOWN_ERROR),
        `a ${kind} in sight is not shown`,
      );
    }
    count += fresh.length;
  }
  assert.equal([...(client.snapshots?.entities("beacons") ?? [])].length, BEACON_COUNT);
  return count;
}

test("in 400 ticks nobody is sent or holds an entity beyond its leave radius, and everybody within the enter radius is there", async () => {
  const herders = await row(6, 0);
  let count = 0;
  for (let tick = 0; tick < TICKS; tick++) {
    herders.tick();
    for (const client of herders.clients) count += checkSnapshots(client);
  }
  assert.ok(count > TICKS * 6 * 10, `only ${count} records were checked`);
  for (const { snapshots } of herders.clients) {
    assert.equal(snapshots?.outcomes.applied, TICKS + 3);
    assert.equal(snapshots?.outcomes.malformed, 0);
  }
});

test("a herder that jumps across the meadow, and one that reconnects, is told only of what is near it now", async () => {
  const herders = await row(3, 0);
  const [ann, bob] = herders.clients as [Client, Client];
  Object.assign(herderOf(ann.sessionId), { x: 150, y: 150 });
  herders.tick();
  checkSnapshots(ann);
  bob.cut();
  herders.tick();
  Object.assign(herderOf(bob.sessionId), { x: -150, y: 150 });
  const back = await bench.reconnect(bob);
  bench.advance(1);
  back.downlink.deliver();
  assert.ok(checkSnapshots(back) > 0);
});

test("clients that get patches are sent the same, through a view of their own", async () => {
  const herders = await row(2, 4);
  const patched = herders.clients.filter(({ snapshots }) => !snapshots);
  let movers = 0;
  let hidden = 0;
  for (let tick = 0; tick < TICKS / 2; tick++) {
    herders.tick();
    for (const { room, sessionId } of patched) {
      const self = herderOf(sessionId);
      movers += room.state.movers.size;
      for (const [key, mover] of room.state.movers) {
        assert.ok(distance(mover, self) <= SIGHT_LEAVE_RADIUS + SHOWN_ERROR, `a mover at ${distance(mover, self)} m`);
        assert.ok(distance(mover, bench.room.state.movers.get(key) ?? assert.fail()) < 0.001);
      }
      for (const [key, other] of room.state.players) {
        if (distance(herderOf(key), self) <= SIGHT_LEAVE_RADIUS) continue;
        hidden += 1;
        assert.deepEqual([other.x, other.y, other.facing], [undefined, undefined, undefined]);
      }
      const inSight = [...bench.room.state.movers].filter(([, at]) => distance(at, self) <= SIGHT_ENTER_RADIUS);
      for (const [key] of inSight) assert.ok(room.state.movers.has(key), "a mover in sight is not there");
    }
  }
  assert.ok(movers > 0 && hidden > 0);
});

test("clients that speak snapshots are sent one frame a tick, and no motion in patches", async () => {
  const herders = await row(2, 1);
  const [ann] = herders.clients as [Client];
  let frames = 0;
  for (let tick = 0; tick < TICK_HZ; tick++) {
    herders.tick(() => {
      frames += ann.downlink.length;
    });
  }
  assert.equal(frames, TICK_HZ + 1, "a snapshot a tick, and the patch that the seconds left are in");
  assert.equal(ann.room.state.movers?.size ?? 0, 0);
  for (const herder of ann.room.state.players.values()) assert.deepEqual([herder.x, herder.y], [undefined, undefined]);
});

test("200 herders among 1,000 movers: every snapshot is within its budget and tells everything in sight", async (context) => {
  const herders = await crowd(200, 0);
  for (let tick = 0; tick < 2 * TICK_HZ; tick++) herders.tick();
  herders.measure();
  for (let tick = 0; tick < 5 * TICK_HZ; tick++) herders.tick();
  // Figures to read, not to pass: this machine may be busy with something else.
  for (const line of herders.report().split("\n")) context.diagnostic(line);
  assert.equal(bench.room.state.movers.size, MOVER_COUNT);
  for (const client of herders.clients) {
    checkSnapshots(client);
    assert.equal(client.snapshots?.decoder?.header.isComplete, true);
    assert.equal(client.snapshots?.outcomes.applied, 7 * TICK_HZ + 2);
  }
  assert.deepEqual(bench.failures, []);
});
