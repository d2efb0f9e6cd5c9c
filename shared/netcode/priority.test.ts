// The order in which candidates get their place.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { PriorityOrder } from "./priority.ts";

test("[SNAP11] the least urgent come first, of equal ones the higher index, however many are asked for", () => {
  const order = new PriorityOrder(16384);
  const asked = fc.array(fc.integer({ min: 1, max: 320 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 300 }), asked, (raw, counts) => {
      order.reset(
        raw.length,
        Float32Array.from(raw, (priority) => priority / 4),
      );
      const expected = raw.map((_, index) => index).sort((a, b) => raw[a]! - raw[b]! || b - a);
      for (const count of counts) {
        order.sortLeast(count);
        const found = Array.from({ length: Math.min(count, raw.length) }, (_, place) => order.at(place));
        assert.deepEqual(found, expected.slice(0, count));
      }
    }),
    { numRuns: 500 },
  );
  order.reset(16384, new Float32Array(16384).fill(1e30));
  order.sortLeast(16384);
  assert.deepEqual([order.at(0), order.at(16383)], [16383, 0]);
});
