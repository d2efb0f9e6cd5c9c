import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameRate } from "./frame-rate.ts";

test("over any time a client gets through at most the rate and one second's burst", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 500 }), (gaps) => {
      const rate = new FrameRate(100);
      let now = 1_000;
      let taken = 0;
      for (const gap of gaps) {
        now += gap;
        if (rate.take(now)) taken += 1;
      }
      assert.ok(taken <= 100 + ((now - 1_000) * 100) / 1_000 + 1);
    }),
  );
});

test("an honest rate is never limited", () => {
  const rate = new FrameRate(150);
  for (let frame = 0; frame < 10_000; frame++) assert.ok(rate.take((frame * 1_000) / 60));
});
