import assert from "node:assert/strict";
import { test } from "node:test";
import { platformTable, platformTrial } from "./platform-results.ts";

const SEEN = { requests: 1_000, seconds: 2, p50Ms: 10, p99Ms: 30, loadCpuShare: 0.2, faults: [] };

test("what a request costs is the platform's time over the requests, each by its own clock", () => {
  const trial = platformTrial(SEEN, { cpuMicroseconds: 3_000_000, seconds: 4, memory: { rssBytes: 0 } });
  assert.equal(trial.requestsPerSecond, 500);
  assert.equal(trial.cpuShare, 0.75);
  assert.equal(trial.cpuMs, 1.5);
});

test("no answers have no figures", () => {
  assert.throws(
    () => platformTrial({ ...SEEN, requests: 0 }, { cpuMicroseconds: 1, seconds: 1, memory: { rssBytes: 0 } }),
    /Not one request was answered/,
  );
});

test("a row is the median of its rounds with their spread", () => {
  const trial = platformTrial(SEEN, { cpuMicroseconds: 3_000_000, seconds: 4, memory: { rssBytes: 0 } });
  const table = platformTable({
    stores: "embedded",
    rounds: 2,
    seconds: 2,
    connections: 32,
    machine: { cores: 2, cpu: "", node: "", date: "", isPinned: true, loadAverage: 0 },
    trials: { "public keys": [trial, { ...trial, requestsPerSecond: 700 }] },
  });
  assert.match(
    table,
    /\| public keys \| +600 \(500\.\.700\) \| 1\.50 \(1\.50\.\.1\.50\) \| +10\.0 \| +30\.0 \| +75 \| +20 \|/,
  );
});
