import assert from "node:assert/strict";
import { test } from "node:test";
import { summarise, summariseAll } from "./summary.ts";

test("the median of an odd number of values is the middle one, whatever their order", () => {
  assert.deepEqual(summarise([30, 10, 20]), { median: 20, min: 10, max: 30 });
});

test("the median of an even number of values lies between the two in the middle", () => {
  assert.deepEqual(summarise([4, 1, 100, 2]), { median: 3, min: 1, max: 100 });
});

test("no values have no summary", () => {
  assert.throws(() => summarise([]), /has no trial/);
});

test("a figure that one trial lacks is left out, and so is what is no number", () => {
  const summaries = summariseAll([
    { cpu: 1, tick: 5, name: "a" },
    { cpu: 3, name: "b" },
  ]);
  assert.deepEqual(summaries, { cpu: { median: 2, min: 1, max: 3 } });
});
