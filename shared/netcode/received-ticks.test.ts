// The ack mask says exactly which of the last 33 ticks arrived, in whatever order they came.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ReceivedTicks } from "./received-ticks.ts";

test("[ACK1] newest and mask name exactly the ticks that arrived, whatever their order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 60 }), (ticks) => {
      const received = new ReceivedTicks();
      const seen = new Set<number>();
      for (const tick of ticks) {
        const known = tick > received.newest - 33 || received.newest < 0;
        received.add(tick);
        if (known) seen.add(tick);
      }
      assert.equal(received.newest, ticks.length === 0 ? -1 : Math.max(...ticks));
      for (let age = 1; age <= 32; age++) {
        const tick = received.newest - age;
        if (tick >= 0) assert.equal(((received.mask >>> (age - 1)) & 1) === 1, seen.has(tick), `tick ${tick}`);
        if (tick >= 0) assert.equal(received.has(tick), seen.has(tick));
      }
    }),
    { numRuns: 1000 },
  );
});

test("[ACK1] a step of 32 keeps the old newest, a step of 33 forgets it", () => {
  for (const [step, mask] of [
    [1, 1],
    [32, 0x80000000],
    [33, 0],
    [1000, 0],
  ] as const) {
    const received = new ReceivedTicks();
    received.add(7);
    received.add(7 + step);
    assert.equal(received.mask, mask);
  }
});

test("a tick too old to tell counts as seen", () => {
  const received = new ReceivedTicks();
  received.add(100);
  assert.equal(received.has(67), true);
  assert.equal(received.has(68), false);
});

const ack = fc.record({ newest: fc.integer({ min: 0, max: 80 }), mask: fc.nat(0xffffffff) });

/** The ticks that an ack names. */
function named({ newest, mask }: { newest: number; mask: number }): number[] {
  const older = Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (mask >>> bit) & 1);
  return [newest, ...older.map((bit) => newest - 1 - bit)];
}

test("[ACK1] acks in any order, taken whole, name what their ticks would one by one", () => {
  fc.assert(
    fc.property(fc.array(ack, { maxLength: 12 }), (acks) => {
      const received = new ReceivedTicks();
      for (const told of acks) {
        received.addAll(told.newest, told.mask);
        const newest = received.newest;
        for (const tick of named(told)) assert.ok(tick < newest - 32 || received.has(tick), `tick ${tick}`);
      }
      const all = new Set(acks.flatMap(named));
      for (let age = 0; age <= 32; age++) {
        const tick = received.newest - age;
        // What an ack said is forgotten when a much newer one came before it.
        if (tick >= 0 && received.has(tick)) assert.ok(all.has(tick), `tick ${tick}`);
      }
    }),
    { numRuns: 1000 },
  );
});

test("the mask seen from another tick has the same ticks in it", () => {
  fc.assert(
    fc.property(ack, fc.integer({ min: 0, max: 160 }), ({ newest, mask }, tick) => {
      const received = new ReceivedTicks();
      received.addAll(newest, mask);
      const ticks = new Set(named({ newest, mask }));
      for (let bit = 0; bit < 32; bit++) {
        const seen = tick - 1 - bit;
        const isKnown = ticks.has(seen) && newest - seen <= 32;
        assert.equal(((received.maskAt(tick) >>> bit) & 1) === 1, isKnown, `tick ${seen} from ${tick}`);
      }
    }),
    { numRuns: 1000 },
  );
});
