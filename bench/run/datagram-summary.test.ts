import assert from "node:assert/strict";
import { test } from "node:test";
import { datagramSummary, datagramVerdict } from "./datagram-summary.ts";
import type { Trial } from "./trial.ts";

test("the mix is worked out from the two costs, and what auto saves from the measured mix where there is one", () => {
  const guessed = datagramVerdict({ websocket: 500, datagram: 1_500 });
  assert.deepEqual(guessed, {
    ratio: 3,
    websocketPlayers: 1_800,
    datagramPlayers: 600,
    mixedFromCosts: 600,
    autoSaves: 0.6,
  });
  const measured = datagramVerdict({ websocket: 500, datagram: 1_500, mixed: 750 });
  assert.equal(measured.mixedMeasured, 750);
  assert.equal(measured.autoSaves, 0.5);
});

test("the summary of a point has a row for each way, and none without both", () => {
  const peer = (cpuMicroseconds: number) => ({ trials: [{ cpuMicroseconds, snapshotsPerSecond: 30 } as Trial] });
  const point = { name: "160 players", clients: 160, frameBytes: { stock: 1, ours: 1 } };
  const both = { gamekeeper: peer(500), datagrams: peer(1_000), "datagrams-auto": peer(600) };
  const text = datagramSummary({ ...point, peers: both }).join("\n");
  assert.match(text, /\| all by datagrams +\| +1000 \| +2\.00 × \| +900 \|/);
  assert.match(text, /from the two costs +\| +550 /);
  assert.match(text, /costs 40 % less/);
  const dearer = { ...both, "datagrams-auto": peer(1_100) };
  assert.match(datagramSummary({ ...point, peers: dearer }).join(), /costs 10 % more/);
  assert.deepEqual(datagramSummary({ ...point, peers: { gamekeeper: peer(500) } }), []);
});
