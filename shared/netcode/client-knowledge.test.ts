// What a client holds is what its acks prove, however they come and whatever a liar puts into them.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { range } from "../schema/motion.ts";
import { ClientKnowledge } from "./client-knowledge.ts";
import { IdSet } from "./id-set.ts";
import { MAX_BASELINE_AGE, SnapshotHistory } from "./snapshot-history.ts";
import { SnapshotSchema } from "./snapshot-schema.ts";

const SCHEMA = new SnapshotSchema({ dot: { x: range(0, 1000, 16) } });

/** The state of each tick that a client of `acks` is sent changes against, after the snapshot of `tick`. */
function heldAfter(tick: number, acks: readonly { newest: number; mask: number }[]): number {
  const history = new SnapshotHistory(SCHEMA, 1);
  const id = history.add(0);
  const knowledge = new ClientKnowledge(history);
  const visible = new IdSet(1);
  visible.add(id);
  for (let now = 0; now <= tick + 1; now++) {
    history.set(id, 0, now);
    history.commit(now);
    if (now === tick + 1) for (const { newest, mask } of acks) knowledge.acknowledge(newest, mask);
    knowledge.begin();
    knowledge.gather(visible);
    const { ages, count, rows } = history.candidates;
    assert.equal(count, 1);
    if (now === tick + 1) return ages[0] === 0 ? -1 : now - ages[0]!;
    knowledge.markSent(rows[0]!);
  }
  return -1;
}

test("[SNAP6] the baseline is the newest tick of the last 31 that any ack names, and a keyframe when there is none", () => {
  const ack = fc.record({ newest: fc.integer({ min: -1, max: 110 }), mask: fc.nat(0xffffffff) });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), fc.array(ack, { maxLength: 3 }), (tick, acks) => {
      const named = acks
        .filter(({ newest }) => newest >= 0 && newest <= tick)
        .flatMap(({ newest, mask }) => {
          const older = Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (mask >>> bit) & 1);
          return [newest, ...older.map((bit) => newest - 1 - bit)];
        })
        .filter((acked) => acked >= 0 && tick + 1 - acked <= MAX_BASELINE_AGE);
      assert.equal(heldAfter(tick, acks), Math.max(-1, ...named));
    }),
    { numRuns: 500 },
  );
});
