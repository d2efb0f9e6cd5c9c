// Ten seconds of a number, remembered in a ring and drawn small.

/** How much of the past a plot shows. */
export const PLOT_WINDOW_MS = 10_000;

/** The newest `capacity` samples (time in ms, value), oldest first. Never grows. */
export class SampleRing {
  readonly #times: Float64Array;
  readonly #values: Float64Array;
  #start = 0;
  #size = 0;

  constructor(capacity: number) {
    this.#times = new Float64Array(capacity);
    this.#values = new Float64Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a sample; the oldest gives way when the ring is full. */
  push(timeMs: number, value: number): void {
    const capacity = this.#times.length;
    const at = (this.#start + this.#size) % capacity;
    this.#times[at] = timeMs;
    this.#values[at] = value;
    if (this.#size < capacity) this.#size += 1;
    else this.#start = (this.#start + 1) % capacity;
  }

  /** Calls `visit` for every sample not older than `sinceMs`, oldest first. */
  since(sinceMs: number, visit: (timeMs: number, value: number) => void): void {
    for (let index = 0; index < this.#size; index++) {
      const at = (this.#start + index) % this.#times.length;
      if (this.#times[at]! >= sinceMs) visit(this.#times[at]!, this.#values[at]!);
    }
  }

  /** The largest value not older than `sinceMs`; 0 when there is none. */
  max(sinceMs: number): number {
    let largest = 0;
    this.since(sinceMs, (_, value) => {
      largest = Math.max(largest, value);
    });
    return largest;
  }

  clear(): void {
    this.#size = 0;
  }
}

/** How a plot looks: a line through the samples, or a bar for each. `floor` is the least value of its upper end. */
export interface PlotStyle {
  kind: "line" | "bars";
  colour: string;
  floor: number;
}

/** Draws the last ten seconds of `ring` on `canvas`. Returns the value at the plot's upper end. */
export function drawPlot(canvas: HTMLCanvasElement, ring: SampleRing, nowMs: number, style: PlotStyle): number {
  const ratio = window.devicePixelRatio;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d");
  if (!context || width === 0) return style.floor;
  const since = nowMs - PLOT_WINDOW_MS;
  const top = Math.max(style.floor, ring.max(since) * 1.15);
  const xOf = (timeMs: number) => ((timeMs - since) / PLOT_WINDOW_MS) * width;
  const yOf = (value: number) => height - ratio - (value / top) * (height - 2 * ratio);

  context.clearRect(0, 0, width, height);
  context.fillStyle = "rgba(148, 180, 215, 0.13)";
  for (let line = 1; line < 5; line++) context.fillRect(Math.round((width * line) / 5), 0, 1, height);
  context.fillRect(0, height - 1, width, 1);
  context.strokeStyle = context.fillStyle = style.colour;
  context.lineWidth = 1.4 * ratio;
  if (style.kind === "bars") {
    ring.since(since, (time, value) => {
      const y = yOf(value);
      context.fillRect(xOf(time), y, Math.max(1, ratio), height - y);
    });
    return top;
  }
  context.beginPath();
  ring.since(since, (time, value) => context.lineTo(xOf(time), yOf(value)));
  context.stroke();
  return top;
}
