// What a soak leaves behind, and how it is told.
import type { Growth, MemorySample } from "./memory-growth.ts";
import type { Machine } from "./results.ts";

/** A whole soak. */
export interface SoakResult {
  readonly scenario: string;
  readonly what: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly machine: Machine;
  /** Players at any time. */
  readonly clients: number;
  /** A stay on the mean. */
  readonly staySeconds: number;
  readonly joins: number;
  readonly snapshots: number;
  readonly growth: Growth;
  readonly samples: readonly MemorySample[];
}

/** Its plot, from the folder of the report. */
export const SOAK_IMAGE = "images/performance-soak.svg";
export const MB = 1024 * 1024;

/** Bytes in megabytes, e.g. `43.6 MB`. */
export function mb(bytes: number): string {
  return `${(bytes / MB).toFixed(1)} MB`;
}

/** What came of it, in a sentence. */
export function soakOutcome({ seconds, clients, staySeconds, joins, snapshots, growth }: SoakResult): string {
  const { firstBytes, lastBytes, allowedBytes, isGrowing } = growth;
  return (
    `${seconds / 60} minutes, ${clients} players at any time who stay ${staySeconds} s on the mean, ${joins} joins, ${snapshots} snapshots: ` +
    `live heap and buffers ${mb(firstBytes)} in the first third after the warm-up and ${mb(lastBytes)} in the last, ` +
    `${isGrowing ? "more than" : "within"} the ${mb(allowedBytes)} by which it may grow.`
  );
}

/** Its section of the report. */
export function soakSection(result: SoakResult): string {
  return `## soak\n\n${soakOutcome(result)}\n\n![Memory while players come and go](${SOAK_IMAGE})\n`;
}
