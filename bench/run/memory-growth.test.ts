import assert from "node:assert/strict";
import { test } from "node:test";
import { growthOf, type MemorySample } from "./memory-growth.ts";

const MB = 1024 * 1024;

function samples(heapMbAt: (seconds: number) => number): MemorySample[] {
  return Array.from({ length: 30 }, (_, index) => {
    const seconds = 10 * (index + 1);
    return { seconds, heapBytes: heapMbAt(seconds) * MB, rssBytes: 0 };
  });
}

test("a heap that goes up and down is not growing", () => {
  const growth = growthOf(
    samples((seconds) => 60 + (seconds % 20 === 0 ? 2 : -2)),
    0,
  );
  assert.equal(growth.isGrowing, false);
});

test("a heap that grows by more than a twentieth is growing", () => {
  const growth = growthOf(
    samples((seconds) => 60 + seconds / 32),
    0,
  );
  assert.equal(growth.firstBytes, (60 + 55 / 32) * MB);
  assert.equal(growth.allowedBytes, growth.firstBytes / 20);
  assert.equal(growth.isGrowing, true);
});

test("a small heap may grow by two megabytes before that counts", () => {
  assert.equal(
    growthOf(
      samples((seconds) => 10 + seconds / 120),
      0,
    ).isGrowing,
    false,
  );
  assert.equal(
    growthOf(
      samples((seconds) => 10 + seconds / 80),
      0,
    ).isGrowing,
    true,
  );
});

test("what grows in the warm-up does not count", () => {
  const warming = (seconds: number): number => (seconds < 100 ? seconds : 100);
  assert.equal(growthOf(samples(warming), 0).isGrowing, true);
  assert.equal(growthOf(samples(warming), 100).isGrowing, false);
});

test("too few samples are no answer", () => {
  assert.throws(
    () =>
      growthOf(
        samples(() => 60),
        290,
      ),
    /2 samples after a warm-up of 290 s/,
  );
});
