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
