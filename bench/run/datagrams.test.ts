import assert from "node:assert/strict";
import { test } from "node:test";
import { runScenario } from "./run-scenario.ts";
import { datagramsPoint, SCENARIOS } from "./scenarios.ts";

test("a small round of datagrams: channels open, carry snapshots where they should, and nothing is wrong", async () => {
  const scenario = {
    ...SCENARIOS["datagrams"]!,
    points: [datagramsPoint(4)],
    peers: ["gamekeeper", "datagrams", "node-datachannel"] as const,
  };
  const { result, faults } = await runScenario("datagrams", scenario, {
    rounds: 1,
    seconds: 0.5,
    warmUpSeconds: 0.3,
    frameBytes: {},
    isProfiled: false,
    onProgress: () => undefined,
  });
  assert.deepEqual(faults, []);
  const trial = (peer: string) => result.points[0]!.peers[peer]!.trials[0]!;
  assert.equal(trial("gamekeeper").datagramShare, undefined);
  assert.equal(trial("gamekeeper").channelOpenP50Ms, undefined);
  assert.ok(trial("datagrams").datagramShare! > 0);
  for (const peer of ["datagrams", "node-datachannel"]) {
    assert.ok(trial(peer).channelOpenP50Ms! > 0, peer);
    assert.ok(trial(peer).snapshotsPerSecond > 0 && trial(peer).messagesPerCore! > 0, peer);
  }
  assert.ok(trial("datagrams").joinCpuMs! > 0);
});
