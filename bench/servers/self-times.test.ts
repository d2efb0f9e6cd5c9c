import assert from "node:assert/strict";
import { test } from "node:test";
import { folderTimes, selfTimes } from "./self-times.ts";

function node(id: number, functionName: string, url = "") {
  return { id, callFrame: { functionName, scriptId: "", url, lineNumber: 9, columnNumber: 0 } };
}

test("a function's own time is its share of all time that was not idle, however it was reached", () => {
  const nodes = [
    node(1, "(root)"),
    node(2, "(idle)"),
    node(3, "send", "file:///a/node_modules/ws/lib/sender.js"),
    node(4, "send", "file:///a/node_modules/ws/lib/sender.js"),
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
    { name: "send", place: "ws/lib/sender.js:10", share: 40 / 60 },
    { name: "tick", place: "", share: 20 / 60 },
  ]);
});

test("what is not in a file is its own folder; the rest goes by the package, or the first two folders", () => {
  const times = [
    { name: "writev", place: "", share: 0.4 },
    { name: "encode", place: "shared/netcode/a.ts:1", share: 0.2 },
    { name: "choose", place: "shared/netcode/b.ts:9", share: 0.1 },
    { name: "emit", place: "node:events:489", share: 0.2 },
    { name: "send", place: "ws/lib/sender.js:3", share: 0.1 },
  ];
  assert.deepEqual(
    folderTimes(times).map(({ folder, share }) => `${folder} ${share.toFixed(1)}`),
    ["writev 0.4", "shared/netcode 0.3", "node: 0.2", "ws/lib 0.1"],
  );
});
