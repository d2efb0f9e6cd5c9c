import assert from "node:assert/strict";
import { test } from "node:test";
import { accountsTrial, pointsOf } from "./accounts-results.ts";
import { OTHER_LAYOUTS } from "./other-layouts.ts";
import { tableOf } from "./table.ts";

const SEEN = { requests: 1_000, seconds: 2, p50Ms: 10, p99Ms: 30, loadCpuShare: 0.2 };
const MEASURED = { cpuMicroseconds: 3_000_000, seconds: 4, loopDelayP99Ms: 2.5, memory: { rssBytes: 0 } };
const TRIAL = accountsTrial(SEEN, MEASURED, 1);

test("a trial is requests by the load's clock and processor time by the server's", () => {
  assert.equal(TRIAL.requestsPerSecond, 500);
  assert.equal(TRIAL.cpuShare, 0.75);
  assert.equal(TRIAL.cpuMs, 1.5);
  assert.throws(() => accountsTrial({ ...SEEN, requests: 0 }, MEASURED, 1), /Not one request was answered/);
});

test("a peer without an event loop has no figure for it", () => {
  const { loopDelayP99Ms: _, ...without } = MEASURED;
  assert.ok(!("loopDelayP99Ms" in accountsTrial(SEEN, without, 1)));
});

test("a peer that does not know a request has no row, and one that is missing says why in every table", () => {
  const trials = new Map([
    ["gamekeeper", new Map([["password" as const, [TRIAL]]])],
    ["better-auth", new Map([["password" as const, []]])],
    ["nakama", new Map()],
  ]);
  const missing = new Map([["nakama", "Go is not installed"]]);
  const points = pointsOf(["guest, new", "password"], 32, trials, missing);
  assert.deepEqual(
    points.map(({ name, peers }) => [name, Object.keys(peers)]),
    [["password", ["gamekeeper", "better-auth", "nakama"]]],
  );
  const table = tableOf(points[0]!, OTHER_LAYOUTS["accounts"]);
  assert.match(table, /\| gamekeeper +\| +1\.00 × \| +500 \(500\.\.500\) \| +1\.50 /);
  assert.match(table, /\| better-auth +\| +no answer within a trial \| +– /);
  assert.match(table, /\| nakama +\| +Go is not installed \| +– /);
});
