import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { MAX_STEPS_PER_FRAME, StepPacer } from "./step-pacer.ts";

const STEP_MS = 1000 / 30;

describe("StepPacer", () => {
  test("any frame times give the same number of steps in the same time", () => {
    const frame = fc.double({ min: 0, max: STEP_MS * MAX_STEPS_PER_FRAME, noNaN: true });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 200 }), (frames) => {
        const pacer = new StepPacer(STEP_MS);
        let now = pacer.advance(0);
        let steps = 0;
        for (const elapsedMs of frames) {
          now += elapsedMs;
          steps += pacer.advance(now);
          assert.ok(pacer.fraction >= 0 && pacer.fraction < 1);
        }
        assert.ok(Math.abs(steps + pacer.fraction - now / STEP_MS) < 1e-6);
      }),
    );
  });

  test("after a minute in the background a handful of steps run and the rest is dropped", () => {
    const pacer = new StepPacer(STEP_MS);
    pacer.advance(0);
    assert.equal(pacer.advance(60_000), MAX_STEPS_PER_FRAME);
    assert.equal(pacer.advance(60_000), 0);
    assert.equal(pacer.advance(60_000 + STEP_MS), 1);
  });

  test("a clock that goes back counts as standing", () => {
    const pacer = new StepPacer(STEP_MS);
    pacer.advance(1_000);
    assert.equal(pacer.advance(500), 0);
    assert.equal(pacer.advance(500 + STEP_MS), 1);
  });

  test("a rate makes more or fewer steps of the same time, and the fraction goes on evenly", () => {
    for (const rate of [0.95, 1.05]) {
      const pacer = new StepPacer(STEP_MS);
      let steps = pacer.advance(0, rate);
      for (let nowMs = 8; nowMs <= 20_000; nowMs += 8) steps += pacer.advance(nowMs, rate);
      assert.ok(Math.abs(steps + pacer.fraction - (20_000 / STEP_MS) * rate) < 1e-6);
    }
  });

  test("steps that are left out pass without running, and the picture stands meanwhile", () => {
    const pacer = new StepPacer(STEP_MS);
    pacer.advance(0);
    pacer.skip(3);
    for (let step = 1; step <= 3; step++) {
      assert.equal(pacer.advance(step * STEP_MS), 0);
      assert.ok(pacer.fraction < 1e-9);
    }
    assert.equal(pacer.advance(4 * STEP_MS), 1);
  });
});
