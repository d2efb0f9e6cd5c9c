// The arithmetic of token buckets, at every rate and pace.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type TokenBucket, takeFrom } from "./token-bucket.ts";

const rules = fc.record({
  capacity: fc.integer({ min: 1, max: 10_000 }),
  refillPerSecond: fc.double({ min: 0.001, max: 10_000, noNaN: true }),
});
const waits = fc.array(fc.double({ min: 0, max: 5_000, noNaN: true }), { maxLength: 200 });

describe("token bucket", () => {
  it("never gives more than its capacity and what came back in the time, at any pace", () => {
    fc.assert(
      fc.property(rules, waits, (rule, pauses) => {
        let bucket: TokenBucket | undefined;
        let now = 1e12;
        let given = 0;
        for (const pause of pauses) {
          now += pause;
          const result = takeFrom(bucket, { ...rule, cost: 1 }, now);
          bucket = result.bucket;
          if (result.take.allowed) given += 1;
          else assert.ok(result.take.retryMs > 0 && result.take.retryMs <= result.take.resetMs);
          const ceiling = rule.capacity + ((now - 1e12) * rule.refillPerSecond) / 1_000;
          assert.ok(given <= ceiling + 1e-3, `${given} given of ${ceiling}`);
        }
      }),
    );
  });

  it("allows a refused take after the wait that it named", () => {
    fc.assert(
      fc.property(rules, fc.double({ min: 0, max: 1, noNaN: true }), (rule, share) => {
        const cost = Math.max(1, Math.floor(rule.capacity * share));
        const empty: TokenBucket = { tokens: 0, atMs: 1e12 };
        const { take } = takeFrom(empty, { ...rule, cost }, 1e12);
        assert.equal(take.allowed, false);
        assert.equal(takeFrom(empty, { ...rule, cost }, 1e12 + take.retryMs).take.allowed, true);
      }),
    );
  });

  it("stands still while the clock is set back", () => {
    const rule = { capacity: 5, refillPerSecond: 1, cost: 1 };
    const { bucket, take } = takeFrom({ tokens: 2, atMs: 10_000 }, rule, 0);
    assert.equal(take.remaining, 1);
    assert.deepEqual(bucket, { tokens: 1, atMs: 0 });
  });
});
