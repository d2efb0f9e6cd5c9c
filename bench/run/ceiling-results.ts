// What the searches for ceilings found: kept as JSON, one file a scenario, and written as a table.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ceiling } from "./ceiling-search.ts";
import { type Machine, RESULTS } from "./results.ts";
import { summarise } from "./summary.ts";
import { markdownTable } from "./table.ts";

/** A folder of its own: these are no trials. */
const FOLDER = join(RESULTS, "ceiling");

/** The searches of one peer. */
export interface CeilingRow {
  readonly peer: string;
  readonly ceilings: readonly Ceiling[];
}

/** The searches of one scenario; the first row is what the others are compared with. */
export interface CeilingResult {
  readonly scenario: string;
  readonly what: string;
  /** Length of a trial. */
  readonly seconds: number;
  readonly machine: Machine;
  readonly rows: readonly CeilingRow[];
}

/** Keeps the searches in place of the last of their scenario. */
export function keepCeilings(result: CeilingResult, folder = FOLDER): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${result.scenario}.json`), `${JSON.stringify(result, undefined, 1)}\n`);
}

/** All that are kept, by scenario. */
export function keptCeilings(folder = FOLDER): CeilingResult[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
    return names.sort().map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as CeilingResult);
  } catch {
    return []; // Nothing has been kept yet.
  }
}

/** One row a peer: the median of its searches, how the first peer compares, and what ended the last. */
export function ceilingTable({ rows }: CeilingResult): string {
  const medians = rows.map(({ ceilings }) => summarise(ceilings.map(({ players }) => players)));
  const body = rows.map(({ peer, ceilings }, index) => {
    const { median, min, max } = medians[index]!;
    const { outcome, why } = ceilings.at(-1)!;
    // Where the load gave out, the server may carry more.
    const isFloor = ceilings.some((ceiling) => ceiling.outcome !== "failed");
    const carried = `${isFloor ? ">= " : ""}${Math.round(median)} (${min}..${max})`;
    const ratio = median === 0 ? "–" : `${(medians[0]!.median / median).toFixed(2)} ×`;
    return [peer, ratio, carried, outcome === "failed" ? why : `${outcome}: ${why}`];
  });
  return markdownTable(
    ["peer", `${rows[0]!.peer} carries`, "players one core carries", "what ended the last search"],
    body,
  );
}
