import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { CAPACITY_POINTS, CHECK_NAMES } from "../run/capacity-grid.ts";
import { readMeasurements } from "./measurements.ts";

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "capacity-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

function trials(cpuMicroseconds: number, snapshotsPerSecond = 14.5) {
  return [{ cpuMicroseconds, snapshotsPerSecond, bytesPerSecond: 1_000, knownEntities: 15 }];
}

function keep(path: string, scenario: string, points: readonly object[]): void {
  const machine = { cores: 2, cpu: "a test", node: "v24", date: "2026-01-01", isPinned: true };
  writeFileSync(join(path, `${scenario}.json`), JSON.stringify({ scenario, rounds: 5, seconds: 4, machine, points }));
}

const POINTS = CAPACITY_POINTS.map((point, at) => ({
  ...point,
  peers: { gamekeeper: { trials: trials(100 + at) } },
}));

test("points to fit and points to check are told apart, and are entered as they went: ticks and sight as measured", (t) => {
  const path = folder(t);
  keep(path, "capacity", POINTS);
  const { fitted, checks, rounds, processRatio } = readMeasurements(path);
  assert.deepEqual(
    checks.map(({ name }) => name),
    CHECK_NAMES,
  );
  assert.equal(fitted.length, POINTS.length - CHECK_NAMES.length);
  assert.deepEqual(fitted[2]!.workload, { tickHz: 14.5, inputHz: 45, players: 16, movers: 16, visible: 15 });
  assert.equal(fitted[0]!.cpuMicroseconds, 100);
  assert.equal(rounds, 5);
  assert.equal(processRatio, undefined);
});

test("what processes cost each other is read where it was measured", (t) => {
  const path = folder(t);
  keep(path, "capacity", POINTS);
  const point = (name: string, cpu: number, rate: number) => {
    return { ...CAPACITY_POINTS[0]!, name, peers: { gamekeeper: { trials: trials(cpu, rate) } } };
  };
  keep(path, "cores", [point("1 process", 300, 30), point("2 processes", 315, 30)]);
  assert.equal(readMeasurements(path).processRatio, 1.05);
  keep(path, "cores", [point("1 process", 300, 30), point("2 processes", 200, 20)]);
  assert.equal(readMeasurements(path).processRatio, undefined, "snapshots were left out: the machine was busy");
});

test("measurements that are not there, or not whole, are refused with the command that makes them", (t) => {
  const path = folder(t);
  assert.throws(() => readMeasurements(path), /Nothing has been measured: .*npm run bench -- capacity$/);
  keep(path, "capacity", POINTS.slice(0, -1));
  assert.throws(() => readMeasurements(path), /lacks a point .*npm run bench -- capacity$/);
  keep(path, "capacity", [{ ...POINTS[0], peers: {} }, ...POINTS.slice(1)]);
  assert.throws(() => readMeasurements(path), /no figures .*npm run bench -- capacity$/);
});

test("without measurements the command prints no figure, says how to make them, and exits with 1", async (t) => {
  const args = [join(import.meta.dirname, "main.ts"), "--tick", "30", "--players", "16", "--movers", "16"];
  const run = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, args, { cwd: folder(t) }, (error, stdout, stderr) => {
      resolve({ code: error?.code, stdout, stderr });
    });
  });
  assert.equal(run.code, 1);
  assert.equal(run.stdout, "");
  assert.match(run.stderr, /npm run bench -- capacity/);
});
