import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { RateMeter } from "./net-stats.ts";

describe("RateMeter", () => {
  test("a steady stream reads as its rate, at any instant", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 1e9 }), (perSecond, startMs) => {
        const meter = new RateMeter();
        for (let atMs = startMs; atMs < startMs + 3_000; atMs += 1000 / perSecond) {
          meter.add(1, atMs);
          const rate = meter.recent(atMs);
          if (atMs > startMs + 1_200) assert.ok(Math.abs(rate - perSecond) <= 1.001, `${rate} of ${perSecond}`);
        }
      }),
    );
  });

  test("silence reads as nothing after a second, also without a reading in between", () => {
    const meter = new RateMeter();
    meter.add(5, 10_000);
    assert.equal(meter.recent(10_100), 5);
    assert.equal(meter.recent(11_099), 5);
    assert.equal(meter.recent(11_100), 0);
    meter.add(5, 20_000);
    assert.equal(meter.recent(99_000), 0);
  });

  test("a clock that goes back loses nothing", () => {
    const meter = new RateMeter();
    meter.add(1, 10_000);
    meter.add(1, 9_000);
    assert.equal(meter.recent(10_100), 2);
  });
});
