import assert from "node:assert/strict";
import { test } from "node:test";
import { SendPacer } from "./send-pacer.ts";

/** Who is due at a moment. */
function dueAt(pacer: SendPacer, nowMs: number): number[] {
  const due: number[] = [];
  pacer.run(nowMs, (index) => due.push(index));
  return due;
}

test("each client is due once a tick, one after the other", () => {
  const pacer = new SendPacer(4, 10, 0);
  assert.deepEqual(dueAt(pacer, 0), []);
  assert.deepEqual(dueAt(pacer, 50), [0, 1]);
  assert.deepEqual(dueAt(pacer, 100), [2, 3]);
  assert.deepEqual(dueAt(pacer, 150), [0, 1]);
});

test("after a stall everybody is due once, not once for each tick that was missed", () => {
  const pacer = new SendPacer(4, 10, 0);
  dueAt(pacer, 100);
  assert.deepEqual(dueAt(pacer, 1_000).toSorted(), [0, 1, 2, 3]);
  assert.deepEqual(dueAt(pacer, 1_050), [0, 1]);
});
