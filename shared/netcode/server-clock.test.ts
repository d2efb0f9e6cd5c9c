// The estimate of the server's time on simulated links: paths that change, jitter, loss, lopsided delay and drift.
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "./random.ts";
import { clockStamp, ServerClock, stampTime } from "./server-clock.ts";
import { normal } from "./testing/normal.ts";
import { SimulatedLink } from "./testing/simulated-link.ts";

const TICK_MS = 1000 / 30;

type Path = {
  upMs: (nowMs: number) => number;
  downMs: (nowMs: number) => number;
  lossShare?: number;
  driftPpm?: number;
};
type Probe = { clientMs: number; trueServerMs: number; clock: ServerClock };

/** Runs a client clock against a server on `path`; the client's own clock starts elsewhere and may drift. */
function runClock(seed: number, path: Path, durationMs: number, look: (probe: Probe) => void): void {
  const random = seededRandom(seed);
  const up = new SimulatedLink<number>(random, { lossShare: path.lossShare ?? 0, delayMs: path.upMs });
  const down = new SimulatedLink<{ stamp: number; holdMs: number; serverMs: number }>(random, {
    lossShare: path.lossShare ?? 0,
    delayMs: path.downMs,
  });
  const clock = new ServerClock();
  const clientOf = (trueMs: number) => 5_000_000 + trueMs * (1 + (path.driftPpm ?? 0) / 1e6);
  let echo = { stamp: -1, atMs: 0 };
  let nextTickMs = 0;
  for (let nowMs = 0; nowMs < durationMs; nowMs += 1) {
    const clientMs = clientOf(nowMs);
    for (const { message, atMs } of up.arrivals(nowMs)) echo = { stamp: message, atMs };
    if (nowMs >= nextTickMs) {
      nextTickMs += TICK_MS;
      up.send(nowMs, clockStamp(clientMs));
      if (echo.stamp >= 0)
        down.send(nowMs, { stamp: echo.stamp, holdMs: Math.round(nowMs - echo.atMs), serverMs: nowMs });
    }
    for (const { message, atMs } of down.arrivals(nowMs)) {
      const receivedMs = clientOf(atMs);
      clock.add({
        sentMs: stampTime(message.stamp, receivedMs),
        receivedMs,
        holdMs: message.holdMs,
        serverMs: message.serverMs,
      });
    }
    look({ clientMs, trueServerMs: nowMs, clock });
  }
}

test("[CLK1] a stamp of 16 bits gives its time back for 65 seconds", () => {
  for (const nowMs of [0, 65_535.9, 1e6, 123_456_789.25]) {
    for (const age of [0, 1, 400, 65_535]) {
      if (nowMs >= age) assert.equal(stampTime(clockStamp(nowMs - age), nowMs), Math.floor(nowMs) - age);
    }
  }
});

test("[CLK2] the round-trip time follows a path that becomes 10 times longer, and shorter again, within 2 s", () => {
  const oneWay = (nowMs: number) => (nowMs < 5000 || nowMs >= 15_000 ? 20 : 200);
  runClock(1, { upMs: oneWay, downMs: oneWay }, 25_000, ({ trueServerMs, clock }) => {
    const settled = [4000, 7000 + 400, 14_900, 17_000, 24_000].some((at) => Math.abs(trueServerMs - at) < 0.5);
    if (!settled) return;
    const expected = 2 * oneWay(trueServerMs - 400);
    assert.ok(Math.abs(clock.rttMs - expected) <= 3, `${clock.rttMs} ms at ${trueServerMs} ms, expected ${expected}`);
  });
});

test("[CLK2] the server's time is right within 2 s of a change either way, and never runs backwards", () => {
  const oneWay = (nowMs: number) => (nowMs < 5000 || nowMs >= 15_000 ? 20 : 200);
  let last = Number.NEGATIVE_INFINITY;
  runClock(2, { upMs: oneWay, downMs: oneWay }, 25_000, ({ clientMs, trueServerMs, clock }) => {
    const estimate = clock.now(clientMs);
    if (Number.isNaN(estimate)) return;
    assert.ok(estimate >= last);
    last = estimate;
    const isSettled = [500, 7400, 17_000].some(
      (from, index) => trueServerMs >= from && trueServerMs < [5000, 15_000, 25_000][index]!,
    );
    if (isSettled)
      assert.ok(Math.abs(estimate - trueServerMs) <= 4, `off by ${estimate - trueServerMs} at ${trueServerMs}`);
  });
});

test("[CLK2] with 20 ms of jitter and 20 % loss the offset stays within 15 ms", (context) => {
  let worst = 0;
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = seededRandom(100 + seed);
    const delay = () => Math.max(20, 80 + 20 * normal(random));
    runClock(seed, { upMs: delay, downMs: delay, lossShare: 0.2 }, 20_000, ({ clientMs, trueServerMs, clock }) => {
      const estimate = clock.now(clientMs);
      if (trueServerMs > 2000) worst = Math.max(worst, Math.abs(estimate - trueServerMs));
    });
  }
  context.diagnostic(`worst offset error ${worst.toFixed(1)} ms`);
  assert.ok(worst <= 15);
});

test("[CLK2] a lopsided path shifts the offset by half of the difference, which no client can know", () => {
  runClock(3, { upMs: () => 100, downMs: () => 20 }, 6000, ({ clientMs, trueServerMs, clock }) => {
    const estimate = clock.now(clientMs);
    if (trueServerMs > 2000) assert.ok(Math.abs(estimate - trueServerMs - 40) <= 3);
  });
});

test("[CLK2] a clock that drifts 100 ppm is followed for ten minutes", () => {
  runClock(4, { upMs: () => 30, downMs: () => 30, driftPpm: 100 }, 600_000, ({ clientMs, trueServerMs, clock }) => {
    const estimate = clock.now(clientMs);
    if (trueServerMs > 1000) assert.ok(Math.abs(estimate - trueServerMs) <= 3);
  });
});

test("[CLK2] samples that cannot be are ignored", () => {
  const clock = new ServerClock();
  clock.add({ sentMs: 100, receivedMs: 50, holdMs: 0, serverMs: 1 });
  clock.add({ sentMs: Number.NaN, receivedMs: 50, holdMs: 0, serverMs: 1 });
  clock.add({ sentMs: 0, receivedMs: 50, holdMs: 0, serverMs: Number.NaN });
  clock.add({ sentMs: 0, receivedMs: 500, holdMs: 255, serverMs: 1 });
  assert.equal(clock.isReady, false);
  assert.ok(Number.isNaN(clock.now(5)));
});

test("[CLK3] the jitter is RFC 3550's: it comes to the mean difference of transit times, and to 0 when there is none", () => {
  const steady = new ServerClock();
  const shaky = new ServerClock();
  for (let index = 0; index < 400; index++) {
    const serverMs = index * TICK_MS;
    steady.add({ sentMs: serverMs, receivedMs: serverMs + 80, holdMs: 0, serverMs });
    shaky.add({ sentMs: serverMs, receivedMs: serverMs + 80 + (index % 2) * 10, holdMs: 0, serverMs });
  }
  assert.ok(steady.jitterMs < 1e-9);
  assert.ok(Math.abs(shaky.jitterMs - 10) < 0.01);
});
