import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCoreList } from "./cores.ts";

test("a core list is single cores and stretches of them", () => {
  assert.deepEqual(parseCoreList("0-2,5,8-9\n"), [0, 1, 2, 5, 8, 9]);
  assert.deepEqual(parseCoreList("3"), [3]);
  assert.deepEqual(parseCoreList(""), []);
});
