import assert from "node:assert/strict";
import { test } from "node:test";
import { selfTimes } from "./self-times.ts";

function node(id: number, functionName: string, url = "") {
  return { id, callFrame: { functionName, scriptId: "", url, lineNumber: 9, columnNumber: 0 } };
}

test("a function's own time is its share of all time that was not idle, however it was reached", () => {
  const nodes = [
    node(1, "(root)"),
    node(2, "(idle)"),
    node(3, "send", "file:///a/ws.js"),
    node(4, "send", "file:///a/ws.js"),
    node(5, "tick"),
  ];
  const found = selfTimes({
    nodes,
    startTime: 0,
    endTime: 100,
    samples: [3, 2, 4, 5, 1],
    timeDeltas: [0, 30, 50, 10, 20],
  });
  assert.deepEqual(found, [
    { name: "send", place: "ws.js:10", share: 40 / 60 },
    { name: "tick", place: "", share: 20 / 60 },
  ]);
});
