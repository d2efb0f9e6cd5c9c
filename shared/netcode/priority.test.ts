// The order in which candidates get their place.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { PriorityOrder } from "./priority.ts";

test("[SNAP11] higher priority goes first, and of equal ones the lower index, up to 16,384 candidates", () => {
  const order = new PriorityOrder(16384);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 300 }), (raw) => {
      const ids = Int32Array.from(raw, (_, index) => index * 2);
      const priorities = new Float32Array(raw.length * 2);
      raw.forEach((priority, index) => {
        priorities[index * 2] = priority / 4;
      });
      order.sort(raw.length, ids, priorities);
      const expected = raw.map((_, index) => index).sort((a, b) => raw[b]! - raw[a]! || a - b);
      assert.deepEqual(
        raw.map((_, place) => order.at(place)),
        expected,
      );
    }),
  );
  order.sort(
    16384,
    Int32Array.from({ length: 16384 }, (_, index) => index),
    new Float32Array(16384).fill(1e30),
  );
  assert.deepEqual([order.at(0), order.at(16383)], [0, 16383]);
});
