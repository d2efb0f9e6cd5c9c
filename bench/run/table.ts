// The figures of a point as a Markdown table, which reads as well on a terminal.
import { figuresOf, type PointResult } from "./results.ts";
import type { Summary } from "./summary.ts";

/** One column: a figure of the trials, and how it is written. */
export interface Column {
  readonly head: string;
  readonly figure: string;
  readonly digits: number;
  /** What one unit of the column is in the figure's own. */
  readonly unit?: number;
  readonly hasSpread?: boolean;
  /** Whether the column is left out where no peer has the figure. */
  readonly isOptional?: boolean;
}

/** How a point is told. */
export interface Layout {
  /** The figure by which peers are compared. */
  readonly compared: string;
  readonly columns: readonly Column[];
}

const PLAYED: readonly Column[] = [
  { head: "CPU µs/player/s", figure: "cpuMicroseconds", digits: 0, hasSpread: true },
  { head: "µs/snapshot", figure: "snapshotMicroseconds", digits: 1, hasSpread: true },
  { head: "core %", figure: "cpuShare", digits: 0, unit: 0.01 },
  { head: "loop p99 ms", figure: "loopDelayP99Ms", digits: 1 },
  { head: "tick p50 ms", figure: "tickP50Ms", digits: 2 },
  { head: "tick p99 ms", figure: "tickP99Ms", digits: 2 },
  { head: "snapshots/s", figure: "snapshotsPerSecond", digits: 1 },
  { head: "B/snapshot", figure: "snapshotBytes", digits: 0 },
  { head: "B/player/s", figure: "bytesPerSecond", digits: 0 },
  { head: "knows", figure: "knownEntities", digits: 0 },
  { head: "fresh %", figure: "freshShare", digits: 0, unit: 0.01 },
  { head: "jitter p99 ms", figure: "jitterP99Ms", digits: 1, hasSpread: true },
  { head: "input to snapshot p50 ms", figure: "latencyP50Ms", digits: 1 },
  { head: "p99 ms", figure: "latencyP99Ms", digits: 1 },
  { head: "heap KB/client", figure: "heapBytes", digits: 1, unit: 1024 },
  { head: "settled RSS", figure: "settledRssBytes", digits: 0, unit: 1024 },
  { head: "RSS KB/client", figure: "rssBytes", digits: 0, unit: 1024 },
  { head: "messages/s/core", figure: "messagesPerCore", digits: 0, isOptional: true },
  { head: "wire B/player/s", figure: "wireBytesPerSecond", digits: 0, isOptional: true },
  { head: "wire packets/player/s", figure: "wirePacketsPerSecond", digits: 1, isOptional: true },
  { head: "CPU ms/join", figure: "joinCpuMs", digits: 1, hasSpread: true, isOptional: true },
  { head: "channel open p50 ms", figure: "channelOpenP50Ms", digits: 0, isOptional: true },
  { head: "channel open p99 ms", figure: "channelOpenP99Ms", digits: 0, isOptional: true },
  { head: "by datagram %", figure: "datagramShare", digits: 0, unit: 0.01, isOptional: true },
  { head: "load core %", figure: "loadCpuShare", digits: 0, unit: 0.01 },
];

/** Of the scenarios in which clients play. */
export const PLAYED_LAYOUT: Layout = { compared: "snapshotMicroseconds", columns: PLAYED };

/** The table of one point; the first column is the peer, the second how what it is compared by of the first peer is to its own. */
export function tableOf({ peers }: PointResult<object>, layout: Layout = PLAYED_LAYOUT): string {
  const { compared } = layout;
  const names = Object.keys(peers);
  const reference = figuresOf(peers[names[0]!]!)[compared];
  const all = Object.values(peers).map((peer) => figuresOf(peer));
  const columns = layout.columns.filter(
    ({ figure, isOptional }) => !isOptional || all.some((figures) => figures[figure]),
  );
  const rows = names.map((name) => {
    const { missing } = peers[name]!;
    const figures = figuresOf(peers[name]!);
    if (missing !== undefined) return [name, missing, ...columns.map(() => "–")];
    return [name, ratio(reference, figures[compared]), ...columns.map((column) => cell(column, figures))];
  });
  const head = ["peer", `${names[0]} is`, ...columns.map((column) => column.head)];
  return markdownTable(head, rows);
}

/** Markdown, in columns that line up; the first is text and the others are numbers. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((text, column) => Math.max(text.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text, column) => (column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!))).join(" | ")} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** A figure with its spread where it has one, e.g. `310 (298..342)`. */
function cell({ figure, digits, unit = 1, hasSpread }: Column, figures: Readonly<Record<string, Summary>>): string {
  const summary = figures[figure];
  if (!summary || !Number.isFinite(summary.median)) return "–";
  const write = (value: number): string => (value / unit).toFixed(digits);
  const spread = hasSpread ? ` (${write(summary.min)}..${write(summary.max)})` : "";
  return write(summary.median) + spread;
}

/** How the reference compares, e.g. `0.50 ×`. */
function ratio(reference: Summary | undefined, other: Summary | undefined): string {
  return reference && other ? `${(reference.median / other.median).toFixed(2)} ×` : "–";
}
