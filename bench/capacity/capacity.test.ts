import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf } from "./answer.ts";
import { capacityOf, errorsAt } from "./capacity.ts";
import type { Measurements } from "./measurements.ts";
import { type CpuCosts, cpuParts, fitModel, type Measurement, predict, type Workload } from "./model.ts";
import { capacityPage } from "./report.ts";

const COSTS: CpuCosts = { inputFrame: 4, snapshot: 5, visibleEntity: 0.1, chosenEntity: 0.2, moverTick: 0.5 };

function workload(tickHz: number, players: number, movers = players, visible = movers, inputHz = tickHz): Workload {
  return { tickHz, inputHz, players, movers, visible };
}

/** A machine that costs exactly what the model can say. */
function pointAt(at: Workload): Measurement {
  return {
    name: JSON.stringify(at),
    workload: at,
    cpuMicroseconds: Object.values(
      cpuParts({ cpu: COSTS, bytes: { snapshot: 0, visibleEntity: 0, chosenEntity: 0 } }, at),
    ).reduce((sum, part) => sum + part),
    bytesPerSecond: at.tickHz * (12 + (at.visible < at.movers ? 4 : 3) * at.visible),
  };
}

const FITTED = [
  workload(30, 16),
  workload(30, 16, 16, 16, 10),
  workload(15, 16),
  workload(30, 4),
  workload(20, 16, 80),
  workload(20, 100),
  workload(20, 100, 600, 40),
].map(pointAt);

const MEASURED: Measurements = {
  fitted: FITTED,
  checks: [pointAt(workload(24, 12)), pointAt(workload(20, 150, 900, 30))],
  machine: { cores: 2, cpu: "a test", node: "v24", date: "2026-01-01", isPinned: true, loadAverage: 0.5 },
  rounds: 1,
  seconds: 1,
};

test("costs that made the points are found again, and points that were left out are predicted", () => {
  const model = fitModel(FITTED);
  for (const [name, cost] of Object.entries(COSTS)) {
    assert.ok(Math.abs(model.cpu[name as keyof CpuCosts] - cost) < 1e-6, `${name}: ${JSON.stringify(model.cpu)}`);
  }
  for (const { cpu, bytes } of errorsAt(model, MEASURED.checks)) {
    assert.ok(Math.abs(cpu) < 1e-6 && Math.abs(bytes) < 1e-6);
  }
});

test("an error is told as a share of what was measured, with its sign", () => {
  const check = { ...pointAt(workload(24, 12)) };
  const [error] = errorsAt(fitModel(FITTED), [{ ...check, cpuMicroseconds: check.cpuMicroseconds / 2 }]);
  assert.ok(Math.abs(error!.cpu - 1) < 1e-6);
});

test("a core carries the whole rooms that fit into 90 % of it, and a fleet a hundred machines", () => {
  const game = workload(30, 16);
  const { cpuMicroseconds } = predict(fitModel(FITTED), game);
  const { core, machine, fleet, beyond } = capacityOf(MEASURED, game, 4);
  assert.equal(core.rooms, Math.floor(900_000 / (16 * cpuMicroseconds)));
  assert.equal(core.players, core.rooms * 16);
  assert.equal(machine.rooms, 4 * core.rooms);
  assert.equal(fleet.players, 100 * machine.players);
  assert.deepEqual(beyond, []);
});

test("what processes cost each other is taken from every core of a machine, and never given to it", () => {
  const game = workload(30, 16);
  const alone = capacityOf(MEASURED, game, 1);
  assert.deepEqual(capacityOf({ ...MEASURED, processRatio: 1.5 }, game, 1).machine, alone.machine);
  const { core, machine } = capacityOf({ ...MEASURED, processRatio: 1.5 }, game, 4);
  assert.ok(machine.players < 4 * core.players);
  assert.equal(capacityOf({ ...MEASURED, processRatio: 0.5 }, game, 4).machine.players, 4 * core.players);
});

test("a game outside of what was measured is called a guess, by what is outside", () => {
  const text = answerOf(MEASURED, workload(60, 16), 2);
  assert.match(text, /Not measured, and so a guess: tick rate 60 \(measured: 15 to 30\); rate of inputs 60/);
  assert.doesNotMatch(answerOf(MEASURED, workload(30, 16), 2), /guess/);
});

test("a room that is too much for a core is said to be", () => {
  assert.match(answerOf(MEASURED, workload(30, 5_000), 2), /One such room is more than 90 % of a core/);
});

test("the answer and the page name the errors at the points that were not fitted", () => {
  const checks = MEASURED.checks.map((check) => ({ ...check, cpuMicroseconds: check.cpuMicroseconds / 1.25 }));
  const measured = { ...MEASURED, checks };
  assert.match(answerOf(measured, workload(30, 16), 2), /processor time \+25\.0 % and \+25\.0 %/);
  assert.equal(capacityPage(measured).match(/\| \+25\.0 % \|/g)?.length, 2);
});
