// What a run leaves behind: JSON of every trial, and of the machine, without its name.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import type { Scene } from "../games/scene.ts";
import { type Summary, summariseAll } from "./summary.ts";
import type { Trial } from "./trial.ts";

/** Where results are kept. */
export const RESULTS = "bench/results";

/** All trials of one peer at one point. */
export interface PeerResult {
  readonly trials: readonly Trial[];
  /** Why there are none. */
  readonly missing?: string;
}

/** One point: its peers in the order in which they ran. */
export interface PointResult {
  readonly name: string;
  readonly clients: number;
  /** The game; of points that are measured by turns. */
  readonly scene?: Scene;
  /** Input frames of one client, a second, a multiple of the tick rate; the tick rate when left out. */
  readonly inputHz?: number;
  /** Payload of the bare peers' frames. */
  readonly frameBytes: { readonly stock: number; readonly ours: number };
  readonly peers: Readonly<Record<string, PeerResult>>;
}

/** The machine, as far as figures depend on it. */
export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly node: string;
  readonly date: string;
  /** Whether server and load had a core each. */
  readonly isPinned: boolean;
  /** Processes that wanted to run, on the mean of the minute before the run: above 0, others were at work. */
  readonly loadAverage: number;
}

/** A whole run of a scenario. */
export interface ScenarioResult {
  readonly scenario: string;
  readonly what: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly machine: Machine;
  readonly points: readonly PointResult[];
}

/** This machine. */
export function describeMachine(isPinned: boolean): Machine {
  const all = cpus();
  return {
    cores: all.length,
    cpu: all[0]?.model.trim() ?? "unknown",
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    isPinned,
    loadAverage: loadavg()[0] ?? 0,
  };
}

/**
 * Every figure over a peer's trials, and `snapshotMicroseconds`: the processor time of one snapshot and of the input that answers it. A
 * peer that falls behind sends less and costs less for it; by the snapshot it gains nothing.
 */
export function figuresOf({ trials }: PeerResult): Readonly<Record<string, Summary>> {
  return summariseAll(
    trials.map((trial) => ({ ...trial, snapshotMicroseconds: trial.cpuMicroseconds / trial.snapshotsPerSecond })),
  );
}

/** Keeps a run in place of the last one of its scenario. */
export function keepResult(result: ScenarioResult, folder: string = RESULTS): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${result.scenario}.json`), `${JSON.stringify(result, rounded, 1)}\n`);
}

/** All runs that are kept, by scenario. */
export function keptResults(folder: string = RESULTS): ScenarioResult[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as ScenarioResult);
}

/** Figures are not known to more than six digits. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(6)) : value;
}
