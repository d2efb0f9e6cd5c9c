import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryOfOne } from "./trial.ts";

test("memory of one is the growth in equal parts", () => {
  const before = { rssBytes: 1_000, heapBytes: 500 };
  const after = { rssBytes: 5_000, settledRssBytes: 2_000, heapBytes: 900 };
  assert.deepEqual(memoryOfOne({ ...before, settledRssBytes: 1_200 }, after, 4), {
    rssBytes: 950,
    settledRssBytes: 200,
    heapBytes: 100,
  });
  assert.deepEqual(memoryOfOne(before, after, 4), { rssBytes: 1_000, heapBytes: 100 });
});

test("a server without such a heap has no figure for it, and memory that was given back is none", () => {
  assert.deepEqual(memoryOfOne({ rssBytes: 1_000 }, { rssBytes: 900 }, 4), { rssBytes: 0 });
});
