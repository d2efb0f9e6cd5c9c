import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_CATCH_UP_TICKS, TickSchedule } from "./tick-schedule.ts";

const STEP_MS = 1000 / 30;

test("timers that ring late, each time, do not make the ticks fewer", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { minLength: 300, maxLength: 300 }), (lateMs) => {
      const schedule = new TickSchedule(STEP_MS, 0);
      let nowMs = 0;
      let ticks = 0;
      for (const late of lateMs) {
        nowMs += Math.trunc(schedule.waitMs(nowMs)) + late;
        ticks += schedule.takeDue(nowMs);
      }
      assert.ok(Math.abs(ticks - nowMs / STEP_MS) <= 1.1, `${ticks} ticks in ${nowMs} ms`);
    }),
  );
});

test("a timer that rings half a millisecond early has its tick all the same, and no second one", () => {
  const schedule = new TickSchedule(STEP_MS, 0);
  const firstMs = schedule.waitMs(0);
  assert.equal(schedule.takeDue(firstMs - 0.5), 1);
  assert.equal(schedule.takeDue(firstMs + 0.5), 0);
  assert.ok(Math.abs(schedule.waitMs(firstMs) - STEP_MS) < 1e-6);
});

test("after a long pause some ticks are caught up with and the rest is given up", () => {
  const schedule = new TickSchedule(STEP_MS, 0);
  assert.equal(schedule.takeDue(10_000), MAX_CATCH_UP_TICKS);
  assert.equal(schedule.takeDue(10_000), 0);
  assert.ok(Math.abs(schedule.waitMs(10_000) - STEP_MS) < 1e-6);
});

test("the ticks of many rooms that open at once are spread over the step", () => {
  const waits = Array.from({ length: 100 }, () => new TickSchedule(STEP_MS, 0).waitMs(0)).sort((a, b) => a - b);
  const gaps = waits.slice(1).map((wait, index) => wait - waits[index]!);
  assert.ok(Math.max(...gaps) < (3 * STEP_MS) / 100);
});
