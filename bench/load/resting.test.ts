import assert from "node:assert/strict";
import { test } from "node:test";
import { restingOf } from "./resting.ts";

const at = (x: number) => ({ x, y: 0, yaw: 0 });

test("entities that moved between two looks are as they should be", () => {
  assert.equal(restingOf(new Map([["a", at(1)]]), new Map([["a", at(2)]])), undefined);
});

test("who has come full circle has moved, for it looks elsewhere", () => {
  assert.equal(restingOf(new Map([["a", at(1)]]), new Map([["a", { ...at(1), yaw: 0.5 }]])), undefined);
});

test("a client that sees nobody, or nobody move, has a fault", () => {
  assert.match(restingOf(new Map([["a", at(1)]]), new Map([["a", at(1)]])) ?? "", /nobody move among 1/);
  assert.match(restingOf(new Map(), new Map()) ?? "", /nobody move among 0/);
});

test("most at rest is a fault, few are not: who comes and goes may have stopped being told of", () => {
  const before = new Map([1, 2, 3].map((id) => [id, at(id)]));
  assert.match(restingOf(before, new Map([...before, [1, at(9)]])) ?? "", /2 of 3/);
  assert.equal(
    restingOf(
      before,
      new Map([
        [1, at(7)],
        [2, at(8)],
        [3, at(3)],
      ]),
    ),
    undefined,
  );
});

test("a client that does not look inside has no such fault", () => {
  assert.equal(restingOf(undefined, new Map()), undefined);
});
