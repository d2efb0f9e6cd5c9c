// Predicted shots meet their answers; rays stop at bodies, walls and their range.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PredictedShots, rayLength } from "./shots.ts";

test("a predicted shot is answered once, and a late answer is drawn as new", () => {
  const shots = new PredictedShots();
  shots.fired(0);
  assert.equal(shots.answer(150), true);
  assert.equal(shots.answer(160), false);
  shots.fired(1_000);
  assert.equal(shots.answer(9_000), false);
});

test("the same shot told twice within a tick is drawn once, and the next shot is drawn", () => {
  const shots = new PredictedShots();
  assert.deepEqual(
    [0, 33, 190, 200, 400].map((at) => shots.fired(at)),
    [true, false, true, false, true],
  );
});

test("shots that the server never answers do not pile up", () => {
  const shots = new PredictedShots();
  for (let count = 0; count < 1_000; count++) shots.fired(count * 200);
  let answered = 0;
  while (shots.answer(0)) answered++;
  assert.equal(answered, 16);
});

test("a ray stops at the near side of the nearest body in its way", () => {
  const length = rayLength(0, 0, 0, [
    { x: 10, y: 0 },
    { x: 5, y: 0 },
    { x: -2, y: 0 },
    { x: 3, y: 2 },
  ]);
  assert.ok(Math.abs(length - 4.5) < 1e-9, `${length}`);
});

test("a ray stops at the border, and at its range", () => {
  assert.ok(Math.abs(rayLength(0, 0, Math.PI / 2, []) - 20) < 1e-9);
  assert.equal(rayLength(-19, 0, 0, []), 30);
});
