import assert from "node:assert/strict";
import { test } from "node:test";
import { ProcessLoad, type Usage } from "./process-load.ts";

/** A load whose readings the test sets. */
function loadOver(usage: { -readonly [K in keyof Usage]: number }): ProcessLoad {
  const load = new ProcessLoad(() => ({ ...usage }));
  assert.equal(load.sample(), 0);
  return load;
}

test("the load is the larger of the event loop's share and the CPU's", () => {
  const usage = { atMs: 0, activeMs: 0, cpuMs: 0 };
  const load = loadOver(usage);
  Object.assign(usage, { atMs: 1_000, activeMs: 400, cpuMs: 300 });
  assert.equal(load.sample(), 0.4);
  Object.assign(usage, { atMs: 2_000, activeMs: 500, cpuMs: 2_400 });
  assert.equal(load.sample(), 1.2);
  assert.equal(load.value, 1.2);
});

test("what was long ago no longer counts", () => {
  const usage = { atMs: 0, activeMs: 0, cpuMs: 0 };
  const load = loadOver(usage);
  Object.assign(usage, { atMs: 1_000, activeMs: 1_000 });
  assert.equal(load.sample(), 1);
  const after: number[] = [];
  for (const atMs of [2_000, 3_000, 4_000, 5_000]) {
    Object.assign(usage, { atMs });
    after.push(load.sample());
  }
  assert.deepEqual(
    after.map((value) => Math.round(value * 100)),
    [50, 33, 0, 0],
  );
});

test("samples too near to each other change nothing", () => {
  const usage = { atMs: 0, activeMs: 0, cpuMs: 0 };
  const load = loadOver(usage);
  Object.assign(usage, { atMs: 20, activeMs: 20 });
  assert.equal(load.sample(), 0);
});

test("a process that computes is found to be busy", () => {
  const load = new ProcessLoad();
  load.sample();
  const until = performance.now() + 200;
  while (performance.now() < until);
  assert.ok(load.sample() > 0);
});
