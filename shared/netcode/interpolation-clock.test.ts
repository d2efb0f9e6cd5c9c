// Render time on simulated links: no state missing, no step back, no more delay than the link asks for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { InterpolationClock } from "./interpolation-clock.ts";
import { seededRandom } from "./random.ts";
import { normal } from "./testing/normal.ts";
import { SimulatedLink } from "./testing/simulated-link.ts";

const TICK_MS = 1000 / 30;
const FRAME_MS = 1000 / 60;

type Look = { nowMs: number; renderMs: number; newestMs: number; clock: InterpolationClock };

function runInterpolation(
  seed: number,
  delayMs: (nowMs: number) => number,
  lossShare: number,
  durationMs: number,
  look: (at: Look) => void,
) {
  const link = new SimulatedLink<number>(seededRandom(seed), { lossShare, delayMs });
  const clock = new InterpolationClock();
  let newestMs = Number.NEGATIVE_INFINITY;
  let nextTickMs = 0;
  for (let nowMs = 0; nowMs < durationMs; nowMs += FRAME_MS) {
    for (; nextTickMs <= nowMs; nextTickMs += TICK_MS) link.send(nextTickMs, nextTickMs);
    for (const { atMs, message } of link.arrivals(nowMs)) {
      clock.add(atMs, message);
      newestMs = Math.max(newestMs, message);
    }
    look({ nowMs, renderMs: clock.renderTime(nowMs), newestMs, clock });
  }
}

test("[CLK4] on a clean link the delay is one interval and a margin, and there is always a state ahead", () => {
  runInterpolation(
    1,
    () => 40,
    0,
    10_000,
    ({ nowMs, renderMs, newestMs, clock }) => {
      if (nowMs < 1000) return;
      assert.ok(clock.delayMs <= TICK_MS + 5);
      assert.ok(renderMs <= newestMs + 1e-6);
      assert.ok(Math.abs(nowMs - 40 - renderMs - clock.delayMs) < 2);
    },
  );
});

test("[CLK4] at 5 % loss and 20 ms of jitter at most 3 % of the frames lack a state ahead, and 99 % of what is drawn is at most 2 one-way delays and 2 intervals old", (context) => {
  let frames = 0;
  let starved = 0;
  let longest = 0;
  const ages: number[] = [];
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = seededRandom(50 + seed);
    runInterpolation(
      seed,
      () => Math.max(20, 80 + 20 * normal(random)),
      0.05,
      30_000,
      ({ nowMs, renderMs, newestMs, clock }) => {
        if (nowMs < 3000) return;
        frames++;
        if (renderMs > newestMs) starved++;
        longest = Math.max(longest, clock.delayMs);
        ages.push(nowMs - renderMs);
      },
    );
  }
  const p99Ms = ages.sort((a, b) => a - b)[Math.floor(0.99 * ages.length)]!;
  context.diagnostic(
    `${((100 * starved) / frames).toFixed(2)} % starved, 99 % of ages up to ${p99Ms.toFixed(0)} ms on a path of 80 ms, longest delay ${longest.toFixed(0)} ms`,
  );
  assert.ok(starved / frames <= 0.03);
  assert.ok(p99Ms <= 2 * 80 + 2 * TICK_MS);
});

test("[CLK4] render time never runs backwards and never faster than 1.25, whatever the path does, and finds its delay again", () => {
  const random = seededRandom(9);
  const delay = (nowMs: number) =>
    nowMs < 5000 ? 20 : nowMs < 10_000 ? 220 : nowMs < 15_000 ? 30 + 60 * random() : 20;
  let last = Number.NaN;
  runInterpolation(9, delay, 0.02, 22_000, ({ nowMs, renderMs, newestMs, clock }) => {
    if (!Number.isNaN(last)) {
      const step = renderMs - last;
      assert.ok(step >= 0.5 * FRAME_MS - 1e-6 && step <= 1.25 * FRAME_MS + 1e-6, `${step} ms at ${nowMs} ms`);
    }
    last = renderMs;
    assert.ok(clock.delayMs <= 250);
    if ((nowMs > 8500 && nowMs < 10_000) || nowMs > 20_000) assert.ok(newestMs - renderMs < 4 * TICK_MS);
  });
});
