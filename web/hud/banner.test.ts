// The round's clock.
import assert from "node:assert/strict";
import { test } from "node:test";
import { clock } from "./banner.ts";

test("the clock shows whole seconds, rounded up, and reaches 0:00 only at the end", () => {
  assert.equal(clock(180 * 30), "3:00");
  assert.equal(clock(61 * 30 - 1), "1:01");
  assert.equal(clock(1), "0:01");
  assert.equal(clock(0), "0:00");
});
