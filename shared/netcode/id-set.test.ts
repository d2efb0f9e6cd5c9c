import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { IdSet } from "./id-set.ts";

test("is the set of what was added and not deleted since, in ascending order", () => {
  const step = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 99 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const set = new IdSet(100);
      const model = new Set<number>();
      for (const [isAdded, id] of steps) {
        set[isAdded ? "add" : "delete"](id);
        model[isAdded ? "add" : "delete"](id);
      }
      const expected = [...model].sort((a, b) => a - b);
      assert.deepEqual([...set], expected);
      for (let id = 0; id < 100; id++) assert.equal(set.has(id), model.has(id));
      const copy = new IdSet(100);
      copy.add(7);
      copy.copyFrom(set);
      assert.deepEqual([...copy], expected);
      copy.clear();
      assert.deepEqual([...copy], []);
    }),
  );
});

test("what is no id is left out", () => {
  const set = new IdSet(40);
  set.assign([3, -1, 31, 32, 1_000]);
  assert.deepEqual([...set], [3, 31, 32]);
  assert.equal(set.has(1_000), false);
});
