import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { RUN_SPEED, TICK_HZ } from "../shared/schema/arena/index.ts";
import { EASE_MS } from "./self-prediction.ts";
import { type Keys, PredictionBench } from "./testing/prediction-bench.ts";

const STILL: Keys = { moveX: 0, moveY: 0 };
const RIGHT: Keys = { moveX: 1, moveY: 0 };
/** What one tick of running covers: the most that a key between two ticks can be off by. */
const TICK_METRES = RUN_SPEED / TICK_HZ;
/** Positions are float32: at 20 m they are rounded to about 2 µm, each step again. */
const ROUNDING = 1e-4;

const lagSteps = fc.integer({ min: 0, max: 20 });
const frameMs = fc.double({ min: 1, max: 40, noNaN: true });
const axis = fc.constantFrom(-1, 0, 1);
const keys = fc.record({ moveX: axis, moveY: axis });

const metresOf = (elapsedMs: number): number => (RUN_SPEED * elapsedMs) / 1000;
const easedShare = (elapsedMs: number): number => 1 - Math.exp(-elapsedMs / EASE_MS);

describe("the own player's prediction", () => {
  test("a key shows in the first frame after it goes down, by a whole frame's way, whatever the latency", () => {
    fc.assert(
      fc.property(lagSteps, fc.array(frameMs, { maxLength: 20 }), frameMs, (lag, before, first) => {
        const bench = new PredictionBench(lag);
        for (const elapsedMs of before) bench.frame(elapsedMs, STILL);
        const { x } = bench.frame(first, RIGHT);
        assert.ok(x >= metresOf(first) - ROUNDING, `moved ${x} m in ${first} ms`);
      }),
    );
  });

  test("the aim answers in the same frame", () => {
    const bench = new PredictionBench(5);
    bench.frame(10, STILL);
    assert.equal(bench.frame(1, STILL, 0.5).aim, 0.5);
  });

  test("running steadily is drawn at exactly running speed, at any frame rate and across ticks", () => {
    fc.assert(
      fc.property(lagSteps, fc.array(frameMs, { minLength: 5, maxLength: 80 }), (lag, frames) => {
        const bench = new PredictionBench(lag);
        let last = bench.frame(0, RIGHT).x;
        for (const elapsedMs of frames) {
          const { x } = bench.frame(elapsedMs, RIGHT);
          assert.ok(Math.abs(x - last - metresOf(elapsedMs)) < ROUNDING);
          last = x;
        }
      }),
    );
  });

  test("a key that changes between ticks makes no jump: the picture moves by speed and by what eases away", () => {
    const stretch = fc.record({
      keys,
      frames: fc.array(fc.double({ min: 8, max: 40, noNaN: true }), { minLength: 12, maxLength: 20 }),
    });
    fc.assert(
      fc.property(lagSteps, fc.array(stretch, { maxLength: 8 }), (lag, stretches) => {
        const bench = new PredictionBench(lag);
        let last = bench.frame(0, STILL);
        for (const { keys: held, frames } of stretches) {
          for (const elapsedMs of frames) {
            const next = bench.frame(elapsedMs, held);
            const metres = Math.hypot(next.x - last.x, next.y - last.y);
            // Turning round is off by two ticks' way at most, and a little may be left from the key before.
            const most = metresOf(elapsedMs) + 3 * TICK_METRES * easedShare(elapsedMs) + ROUNDING;
            assert.ok(metres <= most, `${metres} m in ${elapsedMs} ms, at most ${most}`);
            last = next;
          }
        }
        assert.equal(bench.prediction.corrections, 0);
      }),
    );
  });

  test("letting go slides back by less than one tick's way, and never by a step", () => {
    fc.assert(
      fc.property(lagSteps, fc.array(frameMs, { minLength: 1, maxLength: 40 }), (lag, frames) => {
        const bench = new PredictionBench(lag);
        for (const elapsedMs of frames) bench.frame(elapsedMs, RIGHT);
        const { x: released } = bench.frame(0, RIGHT);
        let last = released;
        for (let frame = 0; frame < 60; frame++) {
          const { x } = bench.frame(1000 / 60, STILL);
          assert.ok(last - x <= TICK_METRES * easedShare(1000 / 60) + ROUNDING, `stepped back ${last - x} m`);
          assert.ok(released - x <= TICK_METRES + ROUNDING, `slid back ${released - x} m`);
          last = x;
        }
        assert.ok(Math.abs(last - bench.server.x) < 0.001 + ROUNDING, "it ends where the server has it");
      }),
    );
  });

  test("random play needs no correction", () => {
    fc.assert(
      fc.property(lagSteps, fc.array(fc.tuple(frameMs, keys), { maxLength: 200 }), (lag, frames) => {
        const bench = new PredictionBench(lag);
        for (const [elapsedMs, held] of frames) bench.frame(elapsedMs, held);
        assert.equal(bench.prediction.corrections, 0);
      }),
    );
  });

  test("a push by the server is one correction, that shows as no jump and converges", () => {
    const bench = new PredictionBench(6);
    let last = bench.frame(0, STILL).x;
    for (let frame = 0; frame < 120; frame++) {
      if (frame === 30) bench.server.pushX = 6;
      const { x } = bench.frame(1000 / 60, STILL);
      assert.ok(x - last < metresOf(1000 / 60) + TICK_METRES, `jumped ${x - last} m`);
      assert.ok(x > last - 1e-6, `swung back ${last - x} m`);
      last = x;
    }
    assert.equal(bench.prediction.corrections, 1);
    assert.ok(bench.prediction.correctionMetres > 0.5 && bench.prediction.correctionMetres < 1);
    assert.ok(Math.abs(last - bench.server.x) < 0.001);
  });

  test("without reconciliation the prediction drifts; with it again one correction brings it back", () => {
    const bench = new PredictionBench(3);
    bench.isReconciling = false;
    for (let frame = 0; frame < 120; frame++) {
      if (frame === 30) bench.server.pushX = 6;
      bench.frame(1000 / 60, STILL);
    }
    const drift = bench.server.x - bench.frame(0, STILL).x;
    assert.ok(drift > 0.5, `it drifted ${drift} m`);
    assert.equal(bench.prediction.corrections, 0);
    bench.isReconciling = true;
    for (let frame = 0; frame < 60; frame++) bench.frame(1000 / 60, STILL);
    assert.equal(bench.prediction.corrections, 1);
    assert.ok(Math.abs(bench.server.x - bench.frame(0, STILL).x) < 0.001);
  });

  test("a teleport is shown at once and is no correction", () => {
    const bench = new PredictionBench(4);
    for (let frame = 0; frame < 30; frame++) bench.frame(1000 / 60, STILL);
    bench.server.x = 10;
    bench.server.y = -4;
    const seen: number[] = [];
    for (let frame = 0; frame < 10; frame++) {
      const { x, y } = bench.frame(1000 / 60, STILL);
      seen.push(x);
      assert.ok((x === 0 && y === 0) || (x === 10 && y === -4), `drawn on the way, at ${x}, ${y}`);
    }
    assert.equal(seen.at(-1), 10);
    assert.equal(bench.prediction.corrections, 0);
  });

  test("while nothing can be sent the player stands, and starts over from the server's state without a jump", () => {
    const bench = new PredictionBench(2);
    for (let frame = 0; frame < 31; frame++) bench.frame(10, RIGHT);
    bench.isStepping = false;
    let last = bench.frame(10, RIGHT).x;
    for (let frame = 0; frame < 60; frame++) {
      const { x } = bench.frame(10, RIGHT);
      assert.ok(x <= last && last - x < TICK_METRES * easedShare(10) + ROUNDING);
      last = x;
    }
    bench.isStepping = true;
    bench.reconnect();
    const { x } = bench.frame(0, STILL);
    assert.ok(Math.abs(x - last) < ROUNDING);
  });
});
