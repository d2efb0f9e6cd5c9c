// The table of what was changed for speed, with the figures from before and after: measured when it was changed, and kept.
import { readFileSync } from "node:fs";

/** What was changed, what was measured, before, after. */
type Win = readonly [change: string, measure: string, before: string, after: string];
/** What was tried, and why it is not there. */
type Refusal = readonly [change: string, why: string];

/** The section of the report. */
export function winsSection(file = "bench/wins.json"): string[] {
  const { kept, notKept } = JSON.parse(readFileSync(file, "utf8")) as { kept: Win[]; notKept: Refusal[] };
  return [
    "## What was won",
    "",
    "Each row was measured when the change was made, before and after by turns on one machine; machines differ, so compare within a row only.",
    "",
    ...rows(["change", "measured", "before", "after"], kept),
    "",
    "Tried, and not kept:",
    "",
    ...rows(["change", "why"], notKept),
    "",
  ];
}

function rows(heads: readonly string[], cells: readonly (readonly string[])[]): string[] {
  return [heads, heads.map(() => "---"), ...cells].map((row) => `| ${row.join(" | ")} |`);
}
