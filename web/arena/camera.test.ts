// The camera follows, leans, cuts, and maps metres to pixels and back.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Camera } from "./camera.ts";

function camera(width = 1280, height = 800): Camera {
  const made = new Camera();
  made.resize(width, height);
  return made;
}

test("a page pixel maps to metres and back to the same pixel", () => {
  fc.assert(
    fc.property(fc.integer({ min: 320, max: 3840 }), fc.integer({ min: 320, max: 2160 }), fc.nat(3000), (w, h, px) => {
      const made = camera(w, h);
      made.follow(3, -4, 5, 5, 1 / 60);
      const back = made.toScreen(made.worldX(px), made.worldY(px));
      assert.ok(Math.abs(back.x - px) < 1e-6 && Math.abs(back.y - px) < 1e-6);
    }),
  );
});

test("up in the arena is up on the screen", () => {
  const made = camera();
  assert.ok(made.toScreen(0, 1).y < made.toScreen(0, 0).y);
});

test("one second of following ends in the same place at 30 and at 144 frames a second", () => {
  const ends = [30, 144].map((rate) => {
    const made = camera();
    made.follow(0, 0, 0, 0, 0);
    for (let frame = 0; frame < rate / 4; frame++) made.follow(2, 1, 2, 1, 1 / rate);
    return made.x;
  });
  assert.ok(Math.abs(ends[0]! - ends[1]!) < 0.1, `${ends}`);
});

test("a respawn across the arena is cut to at once", () => {
  const made = camera();
  made.follow(-5, 0, -5, 0, 1 / 60);
  made.follow(5, 0, 5, 0, 1 / 60);
  assert.equal(made.x, 5);
});

test("the lean towards the aim is bounded", () => {
  const made = camera();
  made.follow(0, 0, 1000, 0, 1);
  assert.ok(made.x > 1 && made.x <= 2.2 + 1e-9, `${made.x}`);
});

test("the view never shows more than the margin past the border, and a whole arena is centred", () => {
  const made = camera();
  made.follow(20, 20, 40, 40, 1);
  assert.ok(made.worldX(made.width) <= 23 + 1e-9);
  assert.ok(made.worldY(0) <= 23 + 1e-9);
  const wide = camera(20_000, 400);
  wide.follow(10, 0, 10, 0, 1);
  assert.equal(wide.x, 0);
});

test("the followed point is drawn in the middle of what a panel leaves free", () => {
  const made = camera();
  made.insetRight = 300;
  made.follow(1, 2, 1, 2, 1);
  assert.deepEqual(made.toScreen(1, 2), { x: 490, y: 400 });
  assert.equal(made.worldX(490), 1);
});
