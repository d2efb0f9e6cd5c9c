import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { clampConditions, LINK_LIMITS, type LinkConditions, LinkSchedule } from "./link-schedule.ts";

const CLEAN: LinkConditions = { latencyMs: 0, jitterMs: 0, lossPercent: 0 };
const conditions = fc.record({
  latencyMs: fc.integer({ min: 0, max: 500 }),
  jitterMs: fc.integer({ min: 0, max: 200 }),
  lossPercent: fc.integer({ min: 0, max: 50 }),
});

describe("LinkSchedule", () => {
  test("frames arrive in the order they were sent, whatever the conditions", () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.tuple(fc.nat({ max: 50 }), conditions)), (seed, frames) => {
        const schedule = new LinkSchedule(seed);
        let nowMs = 0;
        let lastMs = 0;
        for (const [waitMs, link] of frames) {
          nowMs += waitMs;
          const arrivalMs = schedule.arrivalMs(nowMs, link);
          assert.ok(arrivalMs >= lastMs && arrivalMs >= nowMs);
          lastMs = arrivalMs;
        }
      }),
    );
  });

  test("latency is half the round trip each way; jitter adds up to half of its own", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 100 }),
        (seed, latencyMs, jitterMs) => {
          const transitMs = new LinkSchedule(seed).arrivalMs(1_000, { latencyMs, jitterMs, lossPercent: 0 }) - 1_000;
          assert.ok(transitMs >= latencyMs / 2 && transitMs <= (latencyMs + jitterMs) / 2);
        },
      ),
    );
  });

  test("the same seed gives the same link, another seed another", () => {
    const arrivals = (seed: number): number[] => {
      const schedule = new LinkSchedule(seed);
      return Array.from({ length: 50 }, (_, frame) =>
        schedule.arrivalMs(frame * 33, { latencyMs: 80, jitterMs: 40, lossPercent: 5 }),
      );
    };
    assert.deepEqual(arrivals(7), arrivals(7));
    assert.notDeepEqual(arrivals(7), arrivals(8));
  });

  test("a lost segment is a stall of a retransmission timeout for everything behind it, and then a burst", () => {
    const schedule = new LinkSchedule(1);
    const delays = Array.from({ length: 3_000 }, (_, frame) => {
      const sentMs = frame * (1000 / 30);
      return { sentMs, arrivalMs: schedule.arrivalMs(sentMs, { ...CLEAN, lossPercent: 2 }) };
    });
    const rate = schedule.losses / (3_000 + schedule.losses);
    assert.ok(rate > 0.013 && rate < 0.027, `${(100 * rate).toFixed(2)} % of segments were lost`);
    const late = delays.filter(({ sentMs, arrivalMs }) => arrivalMs - sentMs > 1);
    assert.ok(late.length > 4 * schedule.losses, "those behind a lost one waited with it");
    assert.ok(Math.max(...delays.map(({ sentMs, arrivalMs }) => arrivalMs - sentMs)) >= 200);
  });

  test("no frame is held longer than three seconds by losses, at any loss that can be set", () => {
    const schedule = new LinkSchedule(3);
    for (let sentMs = 0; sentMs < 2_000_000; sentMs += 4_000) {
      assert.ok(schedule.arrivalMs(sentMs, { latencyMs: 0, jitterMs: 0, lossPercent: 100 }) - sentMs <= 3_000);
    }
  });

  test("settings that make no sense count as none, and those beyond the limits as the limits", () => {
    assert.deepEqual(
      clampConditions({ latencyMs: Number.NaN, jitterMs: -5, lossPercent: Number.NEGATIVE_INFINITY }),
      CLEAN,
    );
    assert.deepEqual(clampConditions({ latencyMs: 1e9, jitterMs: 1e9, lossPercent: 1e9 }), LINK_LIMITS);
  });
});
