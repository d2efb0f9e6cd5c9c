import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "./ceiling-verdict.ts";

const GOOD = { snapshotsPerSecond: 29.9, jitterP99Ms: 33, cpuShare: 0.89, loadCpuShare: 0.84 };

test("snapshots on time from a server with time to spare hold", () => {
  assert.deepEqual(judge(GOOD, 30, []), { outcome: "held" });
});

for (const [what, change, why] of [
  ["a server at its limit", { cpuShare: 0.9 }, /the server took 90 %/],
  ["missing snapshots", { snapshotsPerSecond: 29.6 }, /29\.6 snapshots/],
  ["late snapshots", { jitterP99Ms: 34 }, /jitter p99 34 ms/],
  ["figures that could not be taken", { jitterP99Ms: Number.NaN }, /jitter/],
] as const) {
  test(`${what} do not hold`, () => {
    const verdict = judge({ ...GOOD, ...change }, 30, []);
    assert.equal(verdict.outcome, "failed");
    assert.match("why" in verdict ? verdict.why : "", why);
  });
}

test("a fault does not hold, and is told", () => {
  assert.deepEqual(judge(GOOD, 30, ["tick 4 came after 2"]), { outcome: "failed", why: "tick 4 came after 2" });
});

test("beside a load at its limit nothing is said of the server, whatever came", () => {
  assert.equal(judge({ ...GOOD, loadCpuShare: 0.86 }, 30, []).outcome, "load-bound");
  const verdict = judge({ ...GOOD, loadCpuShare: 0.99, jitterP99Ms: 90 }, 30, []);
  assert.match("why" in verdict ? verdict.why : "", /^the load took 99 % of its core; jitter/);
});
