// A track keeps the newest states in order, finds baselines, and interpolates.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { angle, boolean, range } from "../schema/motion.ts";
import { EntityTrack } from "./entity-track.ts";
import { FieldLayout } from "./field-layout.ts";

const layout = new FieldLayout({ x: range(0, 255, 8), yaw: angle(8), alive: boolean() });
const state = (x: number, yaw = 0, alive = 1) => Int32Array.of(x, yaw, alive);

function trackOf(...states: [tick: number, values: Int32Array][]): EntityTrack {
  const track = new EntityTrack(7, 1, 0, layout, states[0]![0]);
  for (const [tick, values] of states) track.insert(tick, values, 0);
  return track;
}

test("[SNAP6] a track holds the newest 32 states in order, whatever order they come in", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 80 }), (ticks) => {
      const track = new EntityTrack(7, 1, 0, layout, 0);
      const kept = new Set<number>();
      for (const tick of ticks) {
        track.insert(tick, state(tick), 0);
        kept.add(tick);
        if (kept.size > 32) kept.delete(Math.min(...kept));
      }
      const expected = [...kept].sort((a, b) => a - b);
      assert.deepEqual(
        expected,
        Array.from({ length: track.length }, (_, place) => track.tickAt(place)),
      );
      assert.deepEqual(
        expected,
        Array.from({ length: track.length }, (_, place) => track.quantizedAt(place, 0)),
      );
      assert.equal(track.newestTick, expected.at(-1));
      assert.equal(track.oldestTick, expected[0]);
    }),
  );
});

test("[SNAP6] a baseline is the newest state at or before its tick", () => {
  const track = trackOf([10, state(1)], [14, state(2)]);
  assert.deepEqual(
    [9, 10, 13, 14, 99].map((tick) => track.placeAt(tick)),
    [-1, 0, 0, 1, 1],
  );
});

test("between two states a track interpolates; outside of them it stands still", () => {
  const track = trackOf([10, state(100, 250, 1)], [14, state(104, 6, 0)]);
  const at = (tick: number) => {
    const values = [0, 0, 0];
    assert.equal(track.sample(tick, values), true);
    return values.map((value) => Math.round(value * 1000) / 1000);
  };
  assert.deepEqual(at(9), at(10));
  assert.deepEqual(at(99), at(14));
  assert.equal(at(11)[0], 101);
  assert.equal(at(12)[1], 0, "half way from 250 to 6 of 256 is 0, the short way round");
  assert.deepEqual([at(13.9)[2], at(14)[2]], [1, 0]);
  assert.equal(new EntityTrack(7, 1, 0, layout, 0).sample(1, [0, 0, 0]), false);
});

test("[SNAP9] a hold keeps an entity still up to its tick", () => {
  const track = trackOf([10, state(100)]);
  track.hold(20);
  track.hold(15);
  track.insert(21, state(110), 0);
  const values = [0, 0, 0];
  track.sample(19.5, values);
  assert.equal(values[0], 100);
  track.sample(20.5, values);
  assert.equal(values[0], 105);
});
