// The order in which candidates get their place.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { PriorityOrder } from "./priority.ts";

test("[SNAP11] higher priority goes first, and of equal ones the lower index, up to 16,384 candidates", () => {
  const order = new PriorityOrder(16384);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 300 }), (raw) => {
      order.sort(
        raw.length,
        Float32Array.from(raw, (priority) => priority / 4),
      );
      const expected = raw.map((_, index) => index).sort((a, b) => raw[b]! - raw[a]! || a - b);
      assert.deepEqual(
        raw.map((_, place) => order.at(place)),
        expected,
      );
    }),
  );
  order.sort(16384, new Float32Array(16384).fill(1e30));
  assert.deepEqual([order.at(0), order.at(16383)], [0, 16383]);
});
