import assert from "node:assert/strict";
import { test } from "node:test";
import { ceilingTable } from "./ceiling-results.ts";
import type { Ceiling } from "./ceiling-search.ts";

function ceiling(players: number, outcome: Ceiling["outcome"] = "failed"): Ceiling {
  return { players, above: players + 16, outcome, why: "29.1 snapshots/s", trials: 9 };
}

test("a row is the median of the searches beside the first peer, and says where the load gave out", () => {
  const table = ceilingTable({
    scenario: "arena",
    what: "",
    seconds: 5,
    machine: { cores: 2, cpu: "", node: "", date: "", isPinned: true, loadAverage: 0 },
    rows: [
      { peer: "gamekeeper", ceilings: [ceiling(2_000), ceiling(1_600), ceiling(1_800, "load-bound")] },
      { peer: "stock-float32", ceilings: [ceiling(600)] },
      { peer: "ws", ceilings: [ceiling(0)] },
    ],
  });
  const cells = table.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  assert.deepEqual(cells[2]?.slice(1, -1), [
    "gamekeeper",
    "1.00 ×",
    ">= 1800 (1600..2000)",
    "load-bound: 29.1 snapshots/s",
  ]);
  assert.deepEqual(cells[3]?.slice(1, -1), ["stock-float32", "3.00 ×", "600 (600..600)", "29.1 snapshots/s"]);
  assert.equal(cells[4]?.[2], "–");
});
