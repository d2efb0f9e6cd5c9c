import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameClock } from "./frame-clock.ts";

test("frames that are handled unevenly late are as even on the clock of arrivals as they are on their own", () => {
  let nowMs = 5_000;
  const clock = new FrameClock(() => nowMs);
  const times: number[] = [];
  for (let frame = 0; frame < 200; frame++) {
    const frameMs = frame * 16;
    nowMs = 5_000 + frameMs + ((frame * 7) % 5);
    times.push(clock.at(frameMs));
  }
  const steps = times.slice(11).map((time, index) => time - times[index + 10]!);
  assert.deepEqual(new Set(steps), new Set([16]));
  assert.equal(times.at(-1), 5_000 + 199 * 16);
});

test("a frame's time is never later than now, whatever the caller's clock does", () => {
  let nowMs = 0;
  const clock = new FrameClock(() => nowMs);
  for (const [frameMs, atMs] of [
    [0, 10],
    [16, 12],
    [1_000, 20],
    [1_001, 9_000],
    [500, 9_001],
  ] as const) {
    nowMs = atMs;
    const time = clock.at(frameMs);
    assert.ok(time <= nowMs && nowMs - time <= 250, `${time} at ${nowMs}`);
  }
});
