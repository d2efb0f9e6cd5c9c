import assert from "node:assert/strict";
import { test } from "node:test";
import { Timing } from "./counters.ts";

test("gaps are between one arrival and the next; a latency is from an input to the first snapshot with it", () => {
  let nowMs = 0;
  const timing = new Timing(() => nowMs);
  timing.sent(1);
  nowMs = 10;
  timing.arrived(0);
  timing.sent(2);
  nowMs = 45;
  timing.arrived(2);
  nowMs = 75;
  timing.arrived(2);
  assert.deepEqual([timing.gapsMs.percentile(0), timing.gapsMs.max], [30, 35]);
  assert.equal(timing.latenciesMs.count, 1);
  assert.equal(timing.latenciesMs.max, 35);
});
