// Keys, taps and sticks become one tick's input.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ArenaInput } from "../../shared/schema/arena/index.ts";
import { Intent } from "./intent.ts";
import { moveOf, pull } from "./stick.ts";

test("a tap between two ticks counts in every frame until the next tick has used it, and no longer", () => {
  const intent = new Intent();
  const input = new ArenaInput();
  intent.press("KeyD", "right", 1);
  intent.press("Space", "fire", 1);
  intent.release("KeyD", 2);
  intent.release("Space", 2);
  for (let frame = 0; frame < 3; frame++) {
    intent.stage(input);
    assert.deepEqual([input.moveX, input.fire], [1, true]);
  }
  intent.endTick();
  intent.stage(input);
  assert.deepEqual([input.moveX, input.fire], [0, false]);
});

test("two keys hold one direction until both are up, and opposite keys cancel", () => {
  const intent = new Intent();
  const input = new ArenaInput();
  intent.press("KeyW", "up", 1);
  intent.press("ArrowUp", "up", 1);
  intent.release("KeyW", 2);
  intent.stage(input);
  assert.equal(input.moveY, 1);
  intent.press("KeyS", "down", 3);
  intent.stage(input);
  assert.equal(input.moveY, 0);
});

test("losing the keyboard releases everything, taps and sticks as well", () => {
  const intent = new Intent();
  const input = new ArenaInput();
  intent.press("KeyA", "left", 1);
  intent.moveStick(1, 1, 1);
  intent.fireStick(true, 1);
  intent.releaseAll(2);
  intent.stage(input);
  assert.deepEqual([input.moveX, input.moveY, input.fire], [0, 0, false]);
});

test("a repeated keydown does not count as a new change", () => {
  const intent = new Intent();
  intent.press("KeyA", "left", 10);
  intent.press("KeyA", "left", 99);
  assert.equal(intent.changedAtMs, 10);
});

test("a stick has eight even directions, y up, and a dead zone", () => {
  for (let turn = 0; turn < 8; turn++) {
    const angle = (turn * Math.PI) / 4;
    const thumb = pull(100, 100, 100 + 40 * Math.cos(angle), 100 - 40 * Math.sin(angle), 50);
    assert.equal(moveOf(thumb.x, thumb.length), Math.round(Math.cos(angle)) + 0);
    assert.equal(moveOf(thumb.y, thumb.length), Math.round(Math.sin(angle)) + 0);
  }
  const resting = pull(100, 100, 105, 100, 50);
  assert.equal(moveOf(resting.x, resting.length), 0);
  assert.equal(pull(0, 0, 500, 0, 50).length, 1);
});
