import assert from "node:assert/strict";
import { test } from "node:test";
import { PatientClock } from "./patient-clock.ts";

test("a round trip that grows tenfold for good is followed within half a second of acknowledgements", () => {
  const clock = new PatientClock();
  for (let tick = 1; tick <= 60; tick++) clock.sample(tick * 33, 20);
  for (let tick = 61; tick <= 75; tick++) clock.sample(tick * 33, 200);
  assert.ok(clock.smoothedRtt() > 195, `it reads ${clock.smoothedRtt()} ms`);
});

test("a single late acknowledgement is still an outlier", () => {
  const clock = new PatientClock();
  for (let tick = 1; tick <= 60; tick++) clock.sample(tick * 33, tick === 30 ? 2_000 : 20);
  assert.equal(clock.smoothedRtt(), 20);
});

test("snapshots without an acknowledgement do not count either way", () => {
  const clock = new PatientClock();
  for (let tick = 1; tick <= 60; tick++) clock.sample(tick * 33, 20);
  for (let tick = 61; tick <= 90; tick++) clock.sample(tick * 33, tick % 2 === 0 ? 200 : -1);
  assert.ok(clock.smoothedRtt() > 195);
});
