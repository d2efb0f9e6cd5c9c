import assert from "node:assert/strict";
import { test } from "node:test";
import { runScenario } from "./run-scenario.ts";
import { arenaPoint, SCENARIOS } from "./scenarios.ts";

test("two rounds of a small arena give each peer two good trials, by turns", async () => {
  const lines: string[] = [];
  const scenario = {
    ...SCENARIOS["arena"]!,
    points: [arenaPoint(6)],
    peers: ["gamekeeper", "stock-float32", "ws"] as const,
  };
  const { result, faults } = await runScenario("arena", scenario, {
    rounds: 2,
    seconds: 0.5,
    warmUpSeconds: 0.2,
    frameBytes: {},
    isProfiled: false,
    onProgress: (line) => lines.push(line),
  });
  assert.deepEqual(faults, []);
  const turns = lines.map((line) => /(gamekeeper|stock-float32|ws), round (\d)/.exec(line)).filter((turn) => turn);
  assert.deepEqual(
    turns.map((turn) => `${turn![1]} ${turn![2]}`),
    ["gamekeeper 1", "stock-float32 1", "ws 1", "gamekeeper 2", "stock-float32 2", "ws 2"],
  );
  const [point] = result.points;
  const { gamekeeper, "stock-float32": stock, ws } = point!.peers;
  for (const { trials } of [gamekeeper!, stock!, ws!]) {
    assert.equal(trials.length, 2);
    for (const trial of trials) {
      assert.equal(trial.clients, 6);
      assert.ok(trial.cpuMicroseconds > 0 && trial.snapshotsPerSecond > 0 && trial.bytesPerSecond > 0);
    }
  }
  // The bare peer sends frames as long as stock's of the first round, as far as bytes are whole.
  assert.equal(ws!.trials[0]!.snapshotBytes, Math.round(stock!.trials[0]!.snapshotBytes));
});
