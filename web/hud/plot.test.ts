// The ring behind a plot keeps the newest samples, in order, and no more.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SampleRing } from "./plot.ts";

test("a ring holds the newest samples, oldest first, and never more than its capacity", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.integer({ min: 0, max: 99 })), (capacity, values) => {
      const ring = new SampleRing(capacity);
      values.forEach((value, time) => {
        ring.push(time, value);
      });
      const seen: number[] = [];
      ring.since(0, (_, value) => seen.push(value));
      assert.deepEqual(seen, values.slice(-capacity));
      assert.equal(ring.size, Math.min(capacity, values.length));
    }),
  );
});

test("samples older than the window are neither visited nor counted for the maximum", () => {
  const ring = new SampleRing(8);
  ring.push(100, 50);
  ring.push(200, 7);
  const seen: number[] = [];
  ring.since(150, (time) => seen.push(time));
  assert.deepEqual(seen, [200]);
  assert.equal(ring.max(150), 7);
});
