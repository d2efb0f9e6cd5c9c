// Snapshots made of shared records: whatever clients' links, sights and budgets do, the same truth as when each is made alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { IdSet } from "./id-set.ts";
import { SnapshotDecoder } from "./snapshot-decoder.ts";
import { minBudgetBytes, SnapshotEncoder } from "./snapshot-encoder.ts";
import { SnapshotHistory } from "./snapshot-history.ts";
import { type SharingSettings, SharingTrial } from "./testing/sharing-trial.ts";
import { trialSchema as schema } from "./testing/snapshot-trial.ts";

const calm: SharingSettings = {
  seed: 1,
  clients: 6,
  lossShare: 0,
  duplicateShare: 0,
  delayTicks: 0,
  jitterTicks: 0,
  budgetBytes: 1150,
  calmShare: 0,
  skipShare: 0,
  stallShare: 0,
  strayShare: 0,
  respawnShare: 0,
  isShared: true,
};

const settings: fc.Arbitrary<SharingSettings> = fc.record({
  seed: fc.integer(),
  clients: fc.integer({ min: 1, max: 6 }),
  lossShare: fc.constantFrom(0, 0, 0.05, 0.2, 0.6),
  duplicateShare: fc.constantFrom(0, 0.1),
  delayTicks: fc.integer({ min: 0, max: 12 }),
  jitterTicks: fc.constantFrom(0, 2, 8, 40),
  budgetBytes: fc.constantFrom(minBudgetBytes(schema), 90, 130, 200, 1150),
  calmShare: fc.constantFrom(0, 0.5, 0.95),
  skipShare: fc.constantFrom(0, 0, 0.1, 0.5),
  stallShare: fc.constantFrom(0, 0.01, 0.1),
  strayShare: fc.constantFrom(0, 0.01, 0.1),
  respawnShare: fc.constantFrom(0, 0.01, 0.1),
  isShared: fc.constant(true),
});

test("[SNAP7] whatever clients that share are sent, lose and see apart, no state they hold was ever untrue, and they end at the truth", (context) => {
  let [shared, sent] = [0, 0];
  fc.assert(
    fc.property(settings, (one) => {
      const trial = new SharingTrial(one);
      trial.run(200, true);
      trial.settle();
      shared += trial.sharedCount;
      sent += trial.sentCount;
    }),
    { numRuns: 100 },
  );
  context.diagnostic(`${shared} of ${sent} snapshots were made of shared records`);
  assert.ok(shared > sent / 4);
});

test("clients that see the same share nearly every snapshot, and each is no more than a few bytes longer than one made alone", (context) => {
  for (const budgetBytes of [1150, 60]) {
    const bytesOf = (isShared: boolean): number => {
      const trial = new SharingTrial({ ...calm, budgetBytes, isShared });
      trial.run(300, true);
      if (isShared) assert.ok(trial.sharedCount > 0.8 * trial.sentCount, `${trial.sharedCount} of ${trial.sentCount}`);
      return trial.peers.reduce((sum, { sentBytes }) => sum + sentBytes, 0) / trial.sentCount;
    };
    const [shared, alone] = [bytesOf(true), bytesOf(false)];
    context.diagnostic(
      `budget ${budgetBytes} B: ${shared.toFixed(1)} B a snapshot shared, ${alone.toFixed(1)} B alone`,
    );
    assert.ok(shared < alone + 3);
  }
});

test("[SNAP5] 200 removals at once reach a client that shares, in several snapshots", () => {
  const { history, everybody, encoder, decoder } = room(200);
  for (let tick = 1; tick < 20; tick++) {
    if (tick === 8) everybody.clear();
    history.commit(tick);
    assert.equal(decoder.decode(encoder.encode({ visible: everybody })), "applied");
    encoder.acknowledge(decoder.received.newest, decoder.received.mask);
    if (tick === 7) assert.equal(encoder.isShared, true);
    if (tick >= 8) assert.equal(decoder.header.isComplete, decoder.entities.size === 0, `tick ${tick}`);
  }
  assert.deepEqual([decoder.entities.size, encoder.isShared], [0, true]);
});

test("[SNAP5] a client that shared, was not sent anything for 40 ticks and then sees nothing, is told so", () => {
  const { history, everybody, encoder, decoder } = room(3);
  for (let tick = 1; tick < 60; tick++) {
    history.commit(tick);
    if (tick >= 10 && tick < 50) {
      // The others go on.
      history.shared!.begin();
      history.shared!.choose(1150);
      continue;
    }
    decoder.decode(encoder.encode({ visible: tick < 10 ? everybody : [] }));
    encoder.acknowledge(decoder.received.newest, decoder.received.mask);
    assert.equal(decoder.entities.size, tick < 10 ? 3 : 0, `tick ${tick}`);
  }
});

test("[SNAP12] a client that shares and is silent for long is sent nothing that it has acknowledged and that rests", () => {
  const { history, everybody, encoder, decoder } = room(3);
  for (let tick = 1; tick < 100; tick++) {
    history.commit(tick);
    decoder.decode(encoder.encode({ visible: everybody }));
    if (tick < 10) encoder.acknowledge(decoder.received.newest, decoder.received.mask);
    if (tick > 2) assert.equal(encoder.candidateCount, 0, `tick ${tick}`);
  }
});

function room(capacity: number) {
  const history = new SnapshotHistory(schema, capacity);
  const everybody = new IdSet(capacity);
  history.share(everybody);
  for (let count = 0; count < capacity; count++) everybody.add(history.add(1));
  return {
    history,
    everybody,
    encoder: new SnapshotEncoder(history),
    decoder: new SnapshotDecoder(schema, { capacity }),
  };
}
