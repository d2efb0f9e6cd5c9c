// A bar plot as SVG, for the generated report: one bar a peer, with the spread of its trials, in groups.
import type { Summary } from "./summary.ts";

/** One bar. */
export interface Bar {
  readonly name: string;
  readonly value: Summary;
  /** Drawn in the colour of what the report is about. */
  readonly isOurs: boolean;
}

/** Bars in groups, all to one scale that begins at 0. */
export interface BarPlot {
  readonly title: string;
  readonly groups: readonly { readonly name: string; readonly bars: readonly Bar[] }[];
}

const WIDTH = 720;
const LEFT = 150;
const RIGHT = 70;
const TOP = 40;
const ROW = 20;
const GROUP_HEAD = 26;
const BOTTOM = 16;
/** Okabe and Ito's colours, which the colour-blind can tell apart. */
const COLOUR = { ours: "#0072b2", others: "#999999", spread: "#222222" } as const;

/** The plot as the text of an SVG file. */
export function drawBarPlot({ title, groups }: BarPlot): string {
  const max = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value.max)), Number.MIN_VALUE);
  const x = (value: number): string => (LEFT + (value / max) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const parts: string[] = [];
  let y = TOP;
  for (const { name, bars } of groups) {
    parts.push(`<text x="12" y="${y + 14}" font-weight="bold">${safe(name)}</text>`);
    y += GROUP_HEAD;
    for (const bar of bars) {
      const { median, min, max: most } = bar.value;
      const middle = y + ROW / 2 - 2;
      parts.push(
        `<text x="${LEFT - 8}" y="${middle + 4}" text-anchor="end">${safe(bar.name)}</text>`,
        `<rect x="${LEFT}" y="${y}" width="${(Number(x(median)) - LEFT).toFixed(1)}" height="${ROW - 4}" fill="${bar.isOurs ? COLOUR.ours : COLOUR.others}"/>`,
        `<line x1="${x(min)}" x2="${x(most)}" y1="${middle}" y2="${middle}" stroke="${COLOUR.spread}"/>`,
        `<text x="${Number(x(most)) + 6}" y="${middle + 4}">${Number(median.toPrecision(3))}</text>`,
      );
      y += ROW;
    }
  }
  const height = y + BOTTOM;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="${WIDTH / 2}" y="22" text-anchor="middle" font-size="15">${safe(title)}</text>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function safe(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
