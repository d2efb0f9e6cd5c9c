// A line plot as SVG, for the generated reports: axes, lines, a legend, nothing else.

/** One line: its points in ascending order of x. */
export interface PlotLine {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** What is drawn. Both axes begin at 0; `maxX` cuts what lies beyond. */
export interface LinePlot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly maxX: number;
  readonly maxY: number;
  readonly lines: readonly PlotLine[];
}

const WIDTH = 720;
const HEIGHT = 360;
const MARGIN = { left: 64, right: 16, top: 40, bottom: 48 } as const;
const TICKS = 5;
/** Okabe and Ito's colours, which the colour-blind can tell apart. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

/** The plot as the text of an SVG file. */
export function drawLinePlot(plot: LinePlot): string {
  const x = (value: number): number => MARGIN.left + (value / plot.maxX) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value: number): number =>
    HEIGHT - MARGIN.bottom - (value / plot.maxY) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const ticks = Array.from({ length: TICKS + 1 }, (_, index) => index / TICKS);
  const grid = ticks.flatMap((share) => [
    `<line x1="${x(share * plot.maxX)}" x2="${x(share * plot.maxX)}" y1="${y(0)}" y2="${y(plot.maxY)}" stroke="#ddd"/>`,
    `<line x1="${x(0)}" x2="${x(plot.maxX)}" y1="${y(share * plot.maxY)}" y2="${y(share * plot.maxY)}" stroke="#ddd"/>`,
    `<text x="${x(share * plot.maxX)}" y="${y(0) + 18}" text-anchor="middle">${tidy(share * plot.maxX)}</text>`,
    `<text x="${x(0) - 8}" y="${y(share * plot.maxY) + 4}" text-anchor="end">${tidy(share * plot.maxY)}</text>`,
  ]);
  const lines = plot.lines.flatMap(({ name, points }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const path = points
      .filter(([at]) => at <= plot.maxX)
      .map(([at, value]) => `${x(at).toFixed(1)},${y(Math.min(value, plot.maxY)).toFixed(1)}`);
    const legend = MARGIN.top + 16 + index * 18;
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${path.join(" ")}"/>`,
      `<rect x="${WIDTH - 190}" y="${legend - 9}" width="14" height="4" fill="${colour}"/>`,
      `<text x="${WIDTH - 170}" y="${legend - 3}">${safe(name)}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${WIDTH / 2}" y="22" text-anchor="middle" font-size="15">${safe(plot.title)}</text>`,
    ...grid,
    ...lines,
    `<text x="${WIDTH / 2}" y="${HEIGHT - 10}" text-anchor="middle">${safe(plot.xLabel)}</text>`,
    `<text transform="translate(16 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${safe(plot.yLabel)}</text>`,
    "</svg>",
    "",
  ].join("\n");
}

function tidy(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

function safe(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
