// Pacing over simulated links: after a hitch no queue of inputs is left standing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { boolean, integer } from "../schema/motion.ts";
import { FieldLayout } from "./field-layout.ts";
import { InputPacer } from "./input-pacer.ts";
import { InputReceiver } from "./input-receiver.ts";
import { InputSender } from "./input-sender.ts";
import { seededRandom } from "./random.ts";
import { normal } from "./testing/normal.ts";
import { SimulatedLink } from "./testing/simulated-link.ts";

const layout = new FieldLayout({ moveX: integer(-1, 1), fire: boolean() });
const NO_ACK = { newest: -1, mask: 0 };

type Hitch = { pool: number; tickHz: number; oneWayMs: number; jitterMs: number; clientHitch?: boolean };

/** A client at the server's tick rate, steered by `InputPacer`; the network (or the client) stops for 500 ms at 10 s. */
function runHitch(seed: number, { pool, tickHz, oneWayMs, jitterMs, clientHitch }: Hitch) {
  const tickMs = 1000 / tickHz;
  const random = seededRandom(seed);
  const isStopped = (nowMs: number) => nowMs >= 10_000 && nowMs < 10_500;
  const delayMs = (nowMs: number) =>
    oneWayMs + Math.abs(normal(random)) * jitterMs + (isStopped(nowMs) && clientHitch !== true ? 10_500 - nowMs : 0);
  const up = new SimulatedLink<Uint8Array>(random, { delayMs });
  const down = new SimulatedLink<{ taken: number; depth: number }>(random, { delayMs });
  const sender = new InputSender(layout);
  const receiver = new InputReceiver(layout);
  const pacer = new InputPacer({ tickMs });
  const taken = [0, 0];
  const depths: { atMs: number; depth: number }[] = [];
  let progress = 0;
  let tokens = 0;
  let nextTickMs = tickMs / 2;
  let starvedLate = 0;
  for (let nowMs = 0; nowMs < 25_000; nowMs += 1) {
    if (!(clientHitch === true && isStopped(nowMs))) {
      progress += pacer.rate / tickMs;
      if (clientHitch === true && nowMs === 10_500) progress += 500 / tickMs;
      for (; progress >= 1; progress--) {
        sender.push([1, 0]);
        up.send(nowMs, sender.encode(nowMs, NO_ACK).slice());
      }
      for (const { taken: confirmed, depth } of down.receive(nowMs)) {
        sender.confirm(confirmed);
        pacer.report(nowMs, depth, 2 * oneWayMs);
        progress -= pacer.takeSkip();
      }
    }
    for (const frame of up.receive(nowMs)) receiver.accept(frame, nowMs);
    if (nowMs < nextTickMs) continue;
    nextTickMs += tickMs;
    const before = receiver.lastTakenTick;
    for (tokens = Math.min(pool, tokens + 1); tokens > 0 && receiver.take(taken); tokens--);
    if (nowMs > 16_000 && receiver.lastTakenTick === before) starvedLate++;
    depths.push({ atMs: nowMs, depth: receiver.depth });
    down.send(nowMs, { taken: receiver.lastTakenTick, depth: receiver.depth });
  }
  const mean = (from: number, to: number) => {
    const chosen = depths.filter(({ atMs }) => atMs >= from && atMs < to);
    return chosen.reduce((sum, { depth }) => sum + depth, 0) / chosen.length;
  };
  return { before: mean(8000, 10_000), at5s: mean(15_500, 16_500), after: mean(20_000, 25_000), starvedLate, tickMs };
}

test("[CLK5] five seconds after a 500 ms hitch no standing delay is left, whoever stopped and however the server takes inputs", (context) => {
  for (const clientHitch of [false, true]) {
    for (const pool of [1, 8]) {
      for (const tickHz of [20, 30, 60]) {
        for (const [oneWayMs, jitterMs] of [
          [15, 2],
          [80, 15],
        ] as const) {
          const { before, at5s, after, starvedLate, tickMs } = runHitch(7, {
            pool,
            tickHz,
            oneWayMs,
            jitterMs,
            clientHitch,
          });
          context.diagnostic(
            `${clientHitch ? "client" : "network"} hitch, pool ${pool}, ${tickHz} Hz, ${oneWayMs}±${jitterMs} ms: depth ` +
              `${before.toFixed(2)} before, ${at5s.toFixed(2)} after 5 s, ${after.toFixed(2)} later, ${starvedLate} dry ticks`,
          );
          assert.ok(
            (at5s - before) * tickMs <= Math.max(20, tickMs),
            `${((at5s - before) * tickMs).toFixed(0)} ms stand`,
          );
        }
      }
    }
  }
});

test("[CLK5] the rate stays in 0.95 to 1.05, is 1 at the target, and one deep report after a silence cuts nothing", () => {
  const pacer = new InputPacer({ tickMs: 1000 / 30 });
  let nowMs = 0;
  const report = (depth: number, times: number) => {
    for (let count = 0; count < times; count++) {
      nowMs += 1000 / 30;
      pacer.report(nowMs, depth, 80);
    }
  };
  report(1, 60);
  assert.equal(pacer.rate, 1);
  report(0, 60);
  assert.ok(pacer.rate > 1.03 && pacer.rate <= 1.05);
  report(63, 1);
  assert.equal(pacer.takeSkip(), 0);
  nowMs += 5000;
  report(40, 3);
  assert.equal(pacer.takeSkip(), 0);
  assert.equal(pacer.rate, 0.95);
  report(40, 60);
  const skip = pacer.takeSkip();
  assert.ok(skip >= 35 && skip <= 39, `${skip}`);
  assert.equal(pacer.takeSkip(), 0);
});
