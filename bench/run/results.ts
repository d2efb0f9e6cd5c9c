// What a run leaves behind: JSON of every trial, and of the machine, without its name.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import type { Scene } from "../games/scene.ts";
import { type Summary, summariseAll } from "./summary.ts";
import type { Trial } from "./trial.ts";

/** Where results are kept. */
export const RESULTS = "bench/results";

/** All trials of one peer at one point: figures by name. */
export interface PeerResult<Figures extends object = Trial> {
  readonly trials: readonly Figures[];
  /** Why there are none. */
  readonly missing?: string;
}

/** One point: its peers in the order in which they ran. */
export interface PointResult<Figures extends object = Trial> {
  readonly name: string;
  readonly clients: number;
  /** The game; of points that are measured by turns. */
  readonly scene?: Scene;
  /** Input frames of one client, a second, a multiple of the tick rate; the tick rate when left out. */
  readonly inputHz?: number;
  /** Payload of the bare peers' frames, in scenarios that have any. */
  readonly frameBytes?: { readonly stock: number; readonly ours: number };
  readonly peers: Readonly<Record<string, PeerResult<Figures>>>;
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
export interface ScenarioResult<Figures extends object = Trial> {
  readonly scenario: string;
  readonly what: string;
  readonly rounds: number;
  /** Length of a trial; left out where it takes as long as it takes. */
  readonly seconds?: number;
  readonly machine: Machine;
  readonly points: readonly PointResult<Figures>[];
}

/** A run in which clients play for a time that was set. */
export type PlayedResult = ScenarioResult & { readonly seconds: number };

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
export function figuresOf({ trials }: PeerResult<object>): Readonly<Record<string, Summary>> {
  return summariseAll(
    trials.map((trial) => {
      const { cpuMicroseconds, snapshotsPerSecond } = trial as Partial<Trial>;
      if (cpuMicroseconds === undefined || snapshotsPerSecond === undefined) return trial;
      return { ...trial, snapshotMicroseconds: cpuMicroseconds / snapshotsPerSecond };
    }),
  );
}

/** Keeps a run in place of the last one of its scenario. */
export function keepResult(result: ScenarioResult<object>, folder: string = RESULTS): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${result.scenario}.json`), `${JSON.stringify(result, rounded, 1)}\n`);
}

/** All runs that are kept, by scenario. */
export function keptResults(folder: string = RESULTS): ScenarioResult<object>[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as ScenarioResult<object>);
}

/** Figures are not known to more than six digits. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(6)) : value;
}
