import assert from "node:assert/strict";
import { test } from "node:test";
import { tableOf } from "./table.ts";
import type { Trial } from "./trial.ts";

function trial(cpuMicroseconds: number): Trial {
  return {
    cpuMicroseconds,
    snapshotsPerSecond: 20,
    cpuShare: 0.25,
    snapshotBytes: 60.4,
    jitterP99Ms: Number.NaN,
  } as Trial;
}

test("a row has the first peer's processor time beside its own, with median and spread", () => {
  const table = tableOf({
    name: "8 players",
    clients: 8,
    frameBytes: { stock: 200, ours: 60 },
    peers: {
      gamekeeper: { trials: [trial(100), trial(300), trial(200)] },
      ws: { trials: [trial(400)] },
      epoll: { trials: [], missing: "no C compiler" },
    },
  });
  const cells = table.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  assert.deepEqual(cells[2]?.slice(1, 6), ["gamekeeper", "1.00 ×", "200 (100..300)", "10.0 (5.0..15.0)", "25"]);
  assert.deepEqual(cells[3]?.slice(1, 6), ["ws", "0.50 ×", "400 (400..400)", "20.0 (20.0..20.0)", "25"]);
  assert.deepEqual(cells[4]?.slice(1, 4), ["epoll", "no C compiler", "–"]);
  assert.ok(cells.every((row) => row.length === cells[0]?.length));
});

test("a peer that sends half of what it should is not half as dear for it", () => {
  const behind = { ...trial(100), snapshotsPerSecond: 10 };
  const peers = { gamekeeper: { trials: [trial(100)] }, ws: { trials: [behind] } };
  const table = tableOf({ name: "", clients: 1, frameBytes: { stock: 1, ours: 1 }, peers });
  assert.match(table, /\| ws +\| +0\.50 ×/);
});

test("a figure that could not be taken is a dash", () => {
  const peers = { ws: { trials: [trial(1)] } };
  const table = tableOf({ name: "", clients: 1, frameBytes: { stock: 1, ours: 1 }, peers });
  assert.doesNotMatch(table, /NaN|undefined/);
});
