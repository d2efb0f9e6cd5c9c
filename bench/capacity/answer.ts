// The answer of `npm run capacity` as text for a terminal.
import { type Capacity, capacityOf, errorsAt, FLEET_MACHINES, PLANNED_CORE_SHARE } from "./capacity.ts";
import type { Measurements } from "./measurements.ts";
import { CPU_TERM_NAMES, cpuParts, fitModel, type Workload } from "./model.ts";

const BITS = 8;
const MEGA = 1e6;

/** What the command prints for one game. */
export function answerOf(measured: Measurements, workload: Workload, cores: number): string {
  const { prediction, core, machine, fleet, beyond } = capacityOf(measured, workload, cores);
  const model = fitModel(measured.fitted);
  const { tickHz, inputHz, players, movers, visible } = workload;
  const parts = cpuParts(model, workload);
  const checks = errorsAt(model, measured.checks);
  const several = cores === 1 ? "one machine, 1 core" : `one machine, ${cores} cores`;
  return [
    `${tickHz} Hz, rooms of ${players} players, ${movers} movers, ${visible} in sight, inputs at ${inputHz} Hz`,
    "",
    `  ${"".padEnd(26)}${"players".padStart(12)}${"rooms".padStart(12)}${"MB/s out".padStart(12)}`,
    line("one core", core),
    line(several, machine),
    line(`${FLEET_MACHINES} such machines`, fleet),
    "",
    `A player costs ${whole(prediction.cpuMicroseconds)} µs of processor time a second and is sent ` +
      `${whole(prediction.bytesPerSecond)} bytes a second (${kilobits(prediction.bytesPerSecond)} kbit/s). Of the time:`,
    ...CPU_TERM_NAMES.map(({ name, what }) => `  ${whole(parts[name]).padStart(6)} µs  ${what}`),
    "",
    ...(core.rooms === 0
      ? [`One such room is more than ${PLANNED_CORE_SHARE * 100} % of a core: it cannot run.`, ""]
      : []),
    ...(beyond.length > 0 ? [`Not measured, and so a guess: ${beyond.join("; ")}.`, ""] : []),
    `Measured on ${measured.machine.cpu}, Node ${measured.machine.node}, ${measured.machine.date}; other machines differ.`,
    `Checked against ${checks.length} points that the model was not fitted on: processor time ` +
      `${checks.map(({ cpu }) => percent(cpu)).join(" and ")}, bytes ${checks.map(({ bytes }) => percent(bytes)).join(" and ")}.`,
    measured.processRatio === undefined
      ? "What several processes cost each other was not measured (npm run bench -- cores, on a machine that does nothing else); a machine is taken as its cores times one."
      : `A player in one of two processes was measured at ${measured.processRatio.toFixed(2)} of one alone; more than two were not measured.`,
    `Cores are planned to ${PLANNED_CORE_SHARE * 100} %, over WebSocket without TLS. docs/capacity.md has the model and its limits.`,
    "",
  ].join("\n");
}

/** A share as a signed percentage, e.g. `+3.1 %`. */
export function percent(share: number): string {
  return `${share < 0 ? "−" : "+"}${Math.abs(share * 100).toFixed(1)} %`;
}

/** A whole number with separators. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function line(what: string, { players, rooms, bytesPerSecond }: Capacity): string {
  const megabytes = (bytesPerSecond / MEGA).toFixed(1);
  return `  ${what.padEnd(26)}${whole(players).padStart(12)}${whole(rooms).padStart(12)}${megabytes.padStart(12)}`;
}

function kilobits(bytes: number): string {
  return ((bytes * BITS) / 1000).toFixed(1);
}
