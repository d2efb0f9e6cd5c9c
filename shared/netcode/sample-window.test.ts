// A window forgets by age and by number, and answers from what is left.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SampleWindow } from "./sample-window.ts";

test("samples leave by age and by number, but the newest stays", () => {
  const window = new SampleWindow(100, 3);
  assert.ok(Number.isNaN(window.min()) && Number.isNaN(window.percentile(0.5)));
  for (const at of [0, 10, 20, 30]) window.add(at, at);
  assert.deepEqual([window.size, window.min()], [3, 10]);
  window.add(120, 500);
  assert.deepEqual([window.size, window.min()], [3, 20]);
  window.expire(10_000);
  assert.deepEqual([window.size, window.min()], [1, 500]);
  window.add(Number.NaN, 1);
  window.add(10_001, Number.POSITIVE_INFINITY);
  assert.equal(window.size, 1);
});

test("percentiles are nearest ranks", () => {
  const window = new SampleWindow(1000, 100);
  for (let value = 10; value >= 1; value--) window.add(0, value);
  assert.deepEqual(
    [0, 0.1, 0.5, 0.91, 1].map((share) => window.percentile(share)),
    [1, 1, 5, 10, 10],
  );
});
