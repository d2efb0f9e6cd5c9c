import assert from "node:assert/strict";
import { test } from "node:test";
import { ArenaInput } from "../shared/schema/arena/index.ts";
import { HeldInput } from "./held-input.ts";

test("a button pressed and let go between two steps counts in the next step, once", () => {
  const held = new HeldInput<ArenaInput>(ArenaInput);
  const sent = new ArenaInput();
  held.stage((input) => Object.assign(input, { fire: true, moveX: 1 }));
  held.stage((input) => Object.assign(input, { fire: false, moveX: 0 }));
  held.take(sent);
  assert.equal(sent.fire, true);
  assert.equal(sent.moveX, 0, "a direction is what it is at the step");
  held.take(sent);
  assert.equal(sent.fire, false);
});

test("what the game does not write stays as it was", () => {
  const held = new HeldInput<ArenaInput>(ArenaInput);
  const sent = new ArenaInput();
  held.stage((input) => Object.assign(input, { moveY: -1, aim: 1.5 }));
  held.stage(() => undefined);
  held.take(sent);
  assert.equal(sent.moveY, -1);
  assert.equal(sent.aim, 1.5);
});
