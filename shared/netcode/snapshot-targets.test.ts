// The published targets of snapshots: bytes, waiting time under a budget, and no stale field after loss.
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "./random.ts";
import { SnapshotDecoder } from "./snapshot-decoder.ts";
import { SnapshotEncoder } from "./snapshot-encoder.ts";
import { SimulatedLink } from "./testing/simulated-link.ts";
import { WalkingWorld } from "./testing/walking-world.ts";

/** Ticks from a snapshot to the moment that its ack is back. */
const ACK_TICKS = 3;
const TICK_MS = 1000 / 30;

/** Steps a world with a perfect link whose acks come `ACK_TICKS` late, and gives the bytes of each snapshot. */
function runPerfect(
  world: WalkingWorld,
  ticks: number,
  budgetBytes: number,
  onTick?: (decoder: SnapshotDecoder) => void,
): number[] {
  const encoder = new SnapshotEncoder(world.history, { budgetBytes });
  const decoder = new SnapshotDecoder(world.history.schema, { capacity: world.history.capacity });
  const acks: { newest: number; mask: number }[] = [];
  const sizes: number[] = [];
  for (let count = 0; count < ticks; count++) {
    world.step();
    const ack = acks[acks.length - ACK_TICKS];
    if (ack !== undefined) encoder.acknowledge(ack.newest, ack.mask);
    const frame = encoder.encode({
      visible: world.ids,
      inputTick: 1000 + count,
      inputDepth: 2,
      echoStamp: 7,
      echoHoldMs: 5,
    });
    sizes.push(frame.length);
    assert.equal(decoder.decode(frame), "applied");
    onTick?.(decoder);
    acks.push({ newest: decoder.received.newest, mask: decoder.received.mask });
  }
  return sizes;
}

function staleFields(world: WalkingWorld, decoder: SnapshotDecoder): number {
  const { history } = world;
  let stale = 0;
  for (const id of world.ids) {
    for (let field = 0; field < 3; field++) {
      const track = decoder.entities.get(id);
      if (track?.quantizedAt(track.length - 1, field) !== history.valueAt(history.tick, id, field)) stale++;
    }
  }
  return stale;
}

test("[SNAP13] 60 walkers of x 16, y 16, yaw 8 bits cost at most 360 B in every tick once acks flow", (context) => {
  for (const seed of [1, 2, 3]) {
    const sizes = runPerfect(new WalkingWorld(seed, 60), 600, 1150).slice(30);
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    context.diagnostic(`seed ${seed}: mean ${mean.toFixed(1)} B, largest ${Math.max(...sizes)} B`);
    assert.ok(Math.max(...sizes) <= 360);
  }
});

test("[SNAP11] 200 walkers stay under 600 B, and none waits longer than 10 ticks", (context) => {
  for (const seed of [1, 2, 3]) {
    const world = new WalkingWorld(seed, 200);
    let longestWait = 0;
    const sizes = runPerfect(world, 300, 600, (decoder) => {
      for (const id of world.ids) {
        const newest = decoder.entities.get(id)?.newestTick ?? 0;
        longestWait = Math.max(longestWait, decoder.header.tick - newest);
      }
    });
    context.diagnostic(`seed ${seed}: largest ${Math.max(...sizes)} B, longest wait ${longestWait} ticks`);
    assert.ok(Math.max(...sizes) <= 600);
    assert.ok(longestWait <= 10);
  }
});

test("[SNAP11] one entity of weight 4 among 200 is sent at least twice as often as the others", () => {
  const world = new WalkingWorld(5, 200);
  const encoder = new SnapshotEncoder(world.history, { budgetBytes: 400 });
  const decoder = new SnapshotDecoder(world.history.schema, { capacity: 200 });
  const weightOf = (id: number): number => (id === 150 ? 4 : 1);
  const updates = new Int32Array(200);
  for (let count = 0; count < 300; count++) {
    world.step();
    decoder.decode(encoder.encode({ visible: world.ids, weightOf }));
    encoder.acknowledge(decoder.received.newest, decoder.received.mask);
    for (const { id, newestTick } of decoder.entities.values()) if (newestTick === world.history.tick) updates[id]!++;
  }
  const others = updates.filter((_, id) => id !== 150);
  assert.ok(updates[150]! >= 2 * (others.reduce((sum, one) => sum + one, 0) / others.length));
  assert.ok(Math.min(...others) >= 30, "nobody starves beside it");
});

test("[SNAP12] at 20 % loss in both directions no field is stale one second after motion stops", (context) => {
  let unusable = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const world = new WalkingWorld(seed, 60);
    const encoder = new SnapshotEncoder(world.history);
    const decoder = new SnapshotDecoder(world.history.schema, { capacity: 60 });
    const profile = { lossShare: 0.2, duplicateShare: 0.05, delayMs: () => 100 + random() * 60 };
    const down = new SimulatedLink<Uint8Array>(random, profile);
    const up = new SimulatedLink<{ newest: number; mask: number }>(random, profile);
    for (let count = 0; count < 330; count++) {
      const nowMs = count * TICK_MS;
      world.isMoving = count < 300;
      world.step();
      for (const { newest, mask } of up.receive(nowMs)) encoder.acknowledge(newest, mask);
      down.send(nowMs, encoder.encode({ visible: world.ids }).slice());
      for (const frame of down.receive(nowMs)) if (decoder.decode(frame) === "unusable") unusable++;
      up.send(nowMs, { newest: decoder.received.newest, mask: decoder.received.mask });
    }
    assert.equal(staleFields(world, decoder), 0, `seed ${seed}`);
  }
  context.diagnostic(`20 runs of 11 s, late frames that could not be used: ${unusable}`);
});
