import assert from "node:assert/strict";
import { test } from "node:test";
import { isOneOf } from "./load.ts";

test("a share of the clients is spread evenly over all", () => {
  const chosen = Array.from({ length: 40 }, (_, index) => index).filter((index) => isOneOf(index, 0.1));
  assert.deepEqual(chosen, [9, 19, 29, 39]);
  assert.equal(Array.from({ length: 40 }, (_, index) => isOneOf(index, 1)).filter(Boolean).length, 40);
  assert.equal(Array.from({ length: 40 }, (_, index) => isOneOf(index, 0)).filter(Boolean).length, 0);
});
