import assert from "node:assert/strict";
import { test } from "node:test";
import { processCpuMicroseconds, processRssBytes } from "./process-usage.ts";

test("a process's processor time and memory are what it says itself", () => {
  const hash = new Array(200_000).fill(0);
  while (process.cpuUsage().user < 200_000) hash.sort(() => 1);
  const { user, system } = process.cpuUsage();
  const [seen, own] = [processCpuMicroseconds(process.pid), user + system];
  // Linux counts in hundredths of a second, and Node's own count was a little earlier.
  assert.ok(Math.abs(seen - own) < 0.5 * own, `${seen} beside ${own}`);
  const rss = processRssBytes(process.pid);
  assert.ok(Math.abs(rss - process.memoryUsage.rss()) < 0.5 * rss, `${rss} beside ${process.memoryUsage.rss()}`);
});

test("a process that is not there has no figures", () => {
  assert.throws(() => processCpuMicroseconds(2 ** 30));
});
