import assert from "node:assert/strict";
import { test } from "node:test";
import { ASK_AFTER_MS, DEAD_AFTER_MS, SilenceWatch } from "./silence-watch.ts";

test("a silence is first asked about, once, and then is death", () => {
  const watch = new SilenceWatch();
  const said: [string, number][] = [];
  for (let atMs = 100; atMs <= DEAD_AFTER_MS; atMs += 100) {
    const verdict = watch.elapse(100);
    if (verdict !== "fine") said.push([verdict, atMs]);
  }
  assert.deepEqual(said, [
    ["ask", ASK_AFTER_MS],
    ["dead", DEAD_AFTER_MS],
  ]);
});

test("whatever is received ends the silence", () => {
  const watch = new SilenceWatch();
  for (let atMs = 0; atMs < 10 * DEAD_AFTER_MS; atMs += 100) {
    assert.notEqual(watch.elapse(100), "dead");
    if (atMs % 3_000 === 0) watch.onFrame();
  }
});

test("a page that was stopped for an hour is not silence", () => {
  assert.equal(new SilenceWatch().elapse(3_600_000), "fine");
});
