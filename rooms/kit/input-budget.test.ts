import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { INPUT_BURST_TICKS, InputBudget } from "./input-budget.ts";

test("however a client asks, it is granted at most one input a tick and the burst", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 300 }), (asks) => {
      const budget = new InputBudget();
      let granted = 0;
      asks.forEach((ask, tick) => {
        budget.refill();
        for (let count = 0; count < ask && budget.spend(); count++) granted += 1;
        assert.ok(granted <= tick + 1);
      });
      // Over the last ticks alone, what was saved up before is bounded too.
      let late = 0;
      for (let tick = 0; tick < 10; tick++) {
        budget.refill();
        while (budget.spend()) late += 1;
      }
      assert.ok(late <= 10 + INPUT_BURST_TICKS);
    }),
  );
});

test("a client that was silent for a while may catch up by the burst, no more", () => {
  const budget = new InputBudget();
  for (let tick = 0; tick < 1_000; tick++) budget.refill();
  let granted = 0;
  while (budget.spend()) granted += 1;
  assert.equal(granted, INPUT_BURST_TICKS);
});
