// What was measured of the platform: kept as JSON, one file for each pair of stores, and written as a table.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PLATFORM_REQUESTS, type PlatformFigures, type PlatformRequest } from "../load/platform-load.ts";
import type { ServerFigures } from "../servers/measured-server.ts";
import { type Machine, RESULTS } from "./results.ts";
import { type Summary, summariseAll } from "./summary.ts";
import { markdownTable } from "./table.ts";

/** A folder of its own: these are no trials of a game. */
const FOLDER = join(RESULTS, "platform");

/** One stretch of one kind of request. */
export interface PlatformTrial {
  readonly requestsPerSecond: number;
  /** The platform's processor time for one request, its database's included where that is embedded. */
  readonly cpuMs: number;
  /** Share of one core that the platform took. */
  readonly cpuShare: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly loadCpuShare: number;
}

/** All trials with one pair of stores. */
export interface PlatformResult {
  /** `embedded`, or the stores that were given. */
  readonly stores: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly machine: Machine;
  readonly trials: Readonly<Partial<Record<PlatformRequest, readonly PlatformTrial[]>>>;
}

/** The trial that two processes' figures make. Throws when nothing was answered. */
export function platformTrial(seen: PlatformFigures, measured: ServerFigures): PlatformTrial {
  const { requests, seconds, p50Ms, p99Ms, loadCpuShare } = seen;
  if (requests === 0) throw new RangeError("Not one request was answered.");
  return {
    requestsPerSecond: requests / seconds,
    // The two stretches are not of quite the same length.
    cpuMs: measured.cpuMicroseconds / 1_000 / measured.seconds / (requests / seconds),
    cpuShare: measured.cpuMicroseconds / 1e6 / measured.seconds,
    p50Ms,
    p99Ms,
    loadCpuShare,
  };
}

/** Keeps a result in place of the last with its stores. */
export function keepPlatform(result: PlatformResult, folder = FOLDER): void {
  mkdirSync(folder, { recursive: true });
  const rounded = (_key: string, value: unknown): unknown =>
    typeof value === "number" ? Number(value.toPrecision(6)) : value;
  writeFileSync(join(folder, `${result.stores}.json`), `${JSON.stringify(result, rounded, 1)}\n`);
}

/** All that are kept, by stores. */
export function keptPlatforms(folder = FOLDER): PlatformResult[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
    return names.sort().map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as PlatformResult);
  } catch {
    return []; // Nothing has been kept yet.
  }
}

/** One row a kind of request: medians, with the spread where it matters. */
export function platformTable({ trials }: PlatformResult): string {
  const rows = Object.entries(trials).map(([name, all]) => {
    const figures = summariseAll(all);
    const write = (figure: keyof PlatformTrial, digits: number, unit = 1): string =>
      (figures[figure]!.median / unit).toFixed(digits);
    return [
      name,
      spread(figures["requestsPerSecond"]!, 0),
      spread(figures["cpuMs"]!, 2),
      write("p50Ms", 1),
      write("p99Ms", 1),
      write("cpuShare", 0, 0.01),
      write("loadCpuShare", 0, 0.01),
    ];
  });
  return markdownTable(["request", "requests/s", "CPU ms/request", "p50 ms", "p99 ms", "core %", "load core %"], rows);
}

/** What the rows of the table mean, as a list. */
export function platformLegend(): string {
  return Object.entries(PLATFORM_REQUESTS)
    .map(([name, what]) => `- **${name}**: ${what}`)
    .join("\n");
}

function spread({ median, min, max }: Summary, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}..${max.toFixed(digits)})`;
}
