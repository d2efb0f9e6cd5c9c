// Snapshots under any order of spawns, removals, interest and network fate: never wrong, at worst late.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SnapshotDecoder } from "./snapshot-decoder.ts";
import { minBudgetBytes, SnapshotEncoder } from "./snapshot-encoder.ts";
import { ID_REST_TICKS, SnapshotHistory } from "./snapshot-history.ts";
import { SnapshotTrial, trialSchema as schema, TRIAL_CAPACITY, type TrialSettings } from "./testing/snapshot-trial.ts";

const settings: fc.Arbitrary<TrialSettings> = fc.record({
  seed: fc.integer(),
  lossShare: fc.constantFrom(0, 0.05, 0.2, 0.6),
  duplicateShare: fc.constantFrom(0, 0.1),
  delayTicks: fc.integer({ min: 0, max: 12 }),
  jitterTicks: fc.constantFrom(0, 2, 8, 40),
  budgetBytes: fc.constantFrom(minBudgetBytes(schema), 90, 200, 1150),
  calmShare: fc.constantFrom(0, 0.5, 0.95),
  skipShare: fc.constantFrom(0, 0, 0.1, 0.5),
});

test("[SNAP7] whatever is lost, late, doubled or reordered, no state a client holds was ever untrue, and it ends at the truth", () => {
  fc.assert(
    fc.property(settings, (one) => {
      const trial = new SnapshotTrial(one);
      trial.run(150, true);
      trial.settle();
    }),
    { numRuns: 150 },
  );
});

test("[SNAP7] seed 540027946: a late keyframe from before a removal does not become a baseline after it", () => {
  const jittery = { lossShare: 0, duplicateShare: 0.1, delayTicks: 0, jitterTicks: 40 };
  const trial = new SnapshotTrial({ seed: 540027946, ...jittery, budgetBytes: 53, calmShare: 0, skipShare: 0 });
  trial.run(150, true);
  trial.settle();
});

test("[SNAP12] a change is sent again each tick until it is acknowledged, and then never more", () => {
  const { history, encoder, decoder, id } = oneEntity();
  for (let tick = 2; tick < 8; tick++) {
    history.commit(tick);
    encoder.encode({ visible: [id] });
    assert.equal(encoder.recordCount, 1, `tick ${tick}`);
  }
  history.commit(8);
  assert.equal(decoder.decode(encoder.encode({ visible: [id] })), "applied");
  encoder.acknowledge(decoder.received.newest, decoder.received.mask);
  for (let tick = 9; tick < 90; tick++) {
    history.commit(tick);
    encoder.encode({ visible: [id] });
    assert.equal(encoder.recordCount, 0);
  }
});

test("[SNAP6] an entity that moves after a long rest is sent as a delta, not as a keyframe", () => {
  const { history, encoder, decoder, id } = oneEntity();
  for (let tick = 2; tick < 200; tick++) {
    if (tick === 150) history.set(id, 0, 1.01);
    history.commit(tick);
    const frame = encoder.encode({ visible: [id] });
    if (tick === 150) assert.ok(frame.length < 18, `${frame.length} B`);
    assert.equal(decoder.decode(frame), "applied");
    encoder.acknowledge(decoder.received.newest, decoder.received.mask);
  }
  const sampled = [0, 0, 0, 0];
  decoder.entities.get(id)!.sample(149, sampled);
  assert.ok(Math.abs(sampled[0]! - 1) < 0.001, "[SNAP9] it stood still until it moved");
});

test("[SNAP3] a removed id rests, and then comes back with another generation that no delta can be mistaken across", () => {
  const history = new SnapshotHistory(schema, 1);
  const first = history.add(0);
  const generation = history.generation[first];
  assert.equal(history.add(0), -1);
  history.commit(1);
  history.remove(first);
  for (let tick = 2; tick <= ID_REST_TICKS; tick++) {
    history.commit(tick);
    assert.equal(history.add(0), -1, `tick ${tick}`);
  }
  history.commit(ID_REST_TICKS + 1);
  assert.equal(history.add(1), first);
  assert.notEqual(history.generation[first], generation);
});

test("[SNAP3] another entity under the same id replaces the first, though its removal was never delivered", () => {
  const { history, encoder, decoder, id } = oneEntity();
  history.commit(2);
  decoder.decode(encoder.encode({ visible: [id] }));
  history.remove(id);
  for (let tick = 3; tick < 80; tick++) {
    history.commit(tick);
    encoder.encode({ visible: [] });
  }
  assert.equal(history.add(1), id);
  history.commit(80);
  decoder.decode(encoder.encode({ visible: [id] }));
  assert.deepEqual([decoder.spawned.length, decoder.despawned.length], [1, 1]);
  assert.equal(decoder.entities.get(id)?.kind, 1);
});

test("[SNAP3] a client that heard nothing while an id changed hands gets the new entity, not a delta of the old one", () => {
  const { history, encoder, decoder, id } = oneEntity();
  history.commit(2);
  decoder.decode(encoder.encode({ visible: [id] }));
  encoder.acknowledge(decoder.received.newest, decoder.received.mask);
  history.remove(id);
  history.commit(80);
  assert.equal(history.add(0), id);
  history.set(id, 0, 1);
  history.commit(81);
  assert.equal(decoder.decode(encoder.encode({ visible: [id] })), "applied");
  assert.equal(decoder.entities.get(id)?.generation, history.generation[id]);
  assert.equal(decoder.despawned.length, 1);
});

test("[SNAP5] 200 removals at once take several snapshots, none of which claims to be complete before the last", () => {
  const history = new SnapshotHistory(schema, 200);
  const encoder = new SnapshotEncoder(history);
  const decoder = new SnapshotDecoder(schema, { capacity: 200 });
  const visible = Array.from({ length: 200 }, () => history.add(1));
  for (let tick = 1; tick < 20; tick++) {
    history.commit(tick);
    assert.equal(decoder.decode(encoder.encode({ visible: tick < 8 ? visible : [] })), "applied");
    encoder.acknowledge(decoder.received.newest, decoder.received.mask);
    if (tick >= 8) assert.equal(decoder.header.isComplete, decoder.entities.size === 0, `tick ${tick}`);
  }
  assert.equal(decoder.entities.size, 0);
});

test("[SNAP5] what leaves the visible list is removed from the client and no byte tells of it afterwards", () => {
  const { history, encoder, decoder, id } = oneEntity();
  for (let tick = 2; tick < 12; tick++) {
    history.set(id, 0, tick);
    history.commit(tick);
    decoder.decode(encoder.encode({ visible: tick < 6 ? [id] : [] }));
    encoder.acknowledge(decoder.received.newest, decoder.received.mask);
    if (tick === 6) assert.equal(decoder.despawned[0]?.id, id);
    if (tick > 6) assert.equal(encoder.recordCount, 0);
  }
  assert.equal(decoder.entities.size, 0);
});

test("[FRM3] snapshots and acks of another life of the connection are ignored", () => {
  const { history, encoder, id } = oneEntity();
  const other = new SnapshotDecoder(schema, { capacity: TRIAL_CAPACITY, epoch: 9 });
  history.commit(2);
  assert.equal(other.decode(encoder.encode({ visible: [id] })), "foreign");
  assert.equal(other.received.newest, -1);
  encoder.acknowledge(2, 0, 9);
  history.commit(3);
  encoder.encode({ visible: [id] });
  assert.equal(encoder.recordCount, 1);
});

test("[SNAP12] a lie in an ack harms nobody but the liar", () => {
  const { history, encoder, id } = oneEntity();
  for (const [newest, mask] of [
    [2 ** 31 - 1, 0xffffffff],
    [-5, 0xffffffff],
    [Number.NaN, 1],
    [4, 0xffffffff],
  ] as const) {
    encoder.acknowledge(newest, mask);
  }
  history.commit(2);
  assert.ok(encoder.encode({ visible: [id, 99, -1, 3] }).length > 0);
});

test("a tick is encoded once for a client, and a budget that cannot hold one record is refused", () => {
  const { history, encoder, id } = oneEntity();
  history.commit(2);
  encoder.encode({ visible: [id] });
  assert.throws(() => encoder.encode({ visible: [id] }), /already encoded/);
  assert.throws(() => new SnapshotEncoder(history, { budgetBytes: 10 }), /budgetBytes 10: .* need \d+ to 4096/);
  assert.throws(() => history.commit(2), /cannot follow 2/);
});

function oneEntity() {
  const history = new SnapshotHistory(schema, TRIAL_CAPACITY);
  const encoder = new SnapshotEncoder(history);
  const decoder = new SnapshotDecoder(schema, { capacity: TRIAL_CAPACITY });
  const id = history.add(0);
  history.set(id, 0, 1);
  return { history, encoder, decoder, id };
}
