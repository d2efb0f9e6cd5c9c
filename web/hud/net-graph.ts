// What the network does, in numbers and in ten seconds of curves.
import type { ChannelKind } from "../../client/index.ts";
import { byId, make, setText } from "../dom.ts";
import type { NetSession } from "../session.ts";
import { drawPlot, type PlotStyle, SampleRing } from "./plot.ts";

type Stats = NetSession["stats"];

/** Snapshots come 30 a second; a few more fit, and so do ten samples a second of the rest. */
const GAP_SAMPLES = 512;
const SAMPLES = 128;
/** The open panel's width with its margin, as in styles.css. */
const PANEL_PIXELS = 308;

const CHANNELS: Record<ChannelKind, string> = { websocket: "WebSocket", datagram: "Datagrams" };

const NUMBERS: readonly { label: string; title: string; text: (stats: Stats) => string }[] = [
  {
    label: "Round trip",
    title: "To the server and back, without waiting for a tick",
    text: (s) => `${Math.round(s.rttMs)} ms`,
  },
  { label: "Jitter", title: "How far snapshots stray from even spacing", text: (s) => `${s.jitterMs.toFixed(1)} ms` },
  {
    label: "Loss",
    title: "Snapshots that never came; a WebSocket stalls instead",
    text: (s) => `${s.lossPercent.toFixed(1)} %`,
  },
  { label: "Tick", title: "The newest tick of the server that is known here", text: (s) => String(s.tick) },
  { label: "Snapshots", title: "Snapshots received a second", text: (s) => `${s.snapshotsPerSecond.toFixed(0)} /s` },
  { label: "Received", title: "Bytes a second from the server", text: (s) => bytes(s.bytesInPerSecond) },
  { label: "Sent", title: "Bytes a second to the server", text: (s) => bytes(s.bytesOutPerSecond) },
  { label: "Correction", title: "Size of the newest correction", text: (s) => `${s.correctionMetres.toFixed(2)} m` },
  { label: "Corrections", title: "How often the prediction was wrong", text: (s) => String(s.corrections) },
  { label: "Pending", title: "Inputs that the server has not answered yet", text: (s) => String(s.pendingInputs) },
  {
    label: "Delay",
    title: "How far in the past others are shown",
    text: (s) => `${Math.round(s.interpolationDelayMs)} ms`,
  },
  { label: "Input by", title: "The channel that carries inputs", text: (s) => CHANNELS[s.channels.input] },
  { label: "State by", title: "The channel that carries state", text: (s) => CHANNELS[s.channels.state] },
];

/** The panel. `update` at most ten times a second. */
export class NetGraph {
  readonly #panel = byId("net", HTMLElement);
  readonly #button = byId("net-button", HTMLButtonElement);
  readonly #compact = byId("net-compact", HTMLElement);
  readonly #cells: HTMLElement[] = [];
  readonly #rtt = new Plot("rtt", SAMPLES, { kind: "line", colour: "#4cc9f0", floor: 60 });
  readonly #gap = new Plot("gap", GAP_SAMPLES, { kind: "bars", colour: "#b9b4d0", floor: 66 });
  readonly #correction = new Plot("correction", SAMPLES, { kind: "bars", colour: "#ff9e3d", floor: 0.5 });
  #lastSnapshotMs = 0;
  #lastCorrections = 0;
  readonly #isWide = window.matchMedia("(min-width: 900px) and (min-height: 600px)");
  readonly #onPanel: (coveredPixels: number) => void;

  /** `onPanel` is told how many pixels at the right the panel covers, whenever that changes. */
  constructor(onPanel: (coveredPixels: number) => void) {
    this.#onPanel = onPanel;
    const list = byId("numbers", HTMLElement);
    for (const { label, title } of NUMBERS) {
      const pair = make("div");
      pair.title = title;
      const cell = make("dd");
      pair.append(make("dt", "", label), cell);
      list.append(pair);
      this.#cells.push(cell);
    }
    this.#button.addEventListener("click", () => this.toggle());
    byId("net-close", HTMLButtonElement).addEventListener("click", () => this.toggle());
    if (this.#isWide.matches) this.toggle();
    this.#isWide.addEventListener("change", () => this.#tellPanel());
  }

  /** Opens or closes the panel. */
  toggle(): void {
    this.#panel.hidden = !this.#panel.hidden;
    this.#button.setAttribute("aria-pressed", String(!this.#panel.hidden));
    document.body.classList.toggle("has-net", !this.#panel.hidden);
    this.#tellPanel();
  }

  /** Watches a new session. */
  begin(session: NetSession): void {
    for (const plot of [this.#rtt, this.#gap, this.#correction]) plot.ring.clear();
    this.#lastSnapshotMs = 0;
    this.#lastCorrections = session.stats.corrections;
    session.onSnapshot(() => {
      const nowMs = performance.now();
      if (this.#lastSnapshotMs > 0) this.#gap.ring.push(nowMs, nowMs - this.#lastSnapshotMs);
      this.#lastSnapshotMs = nowMs;
    });
  }

  update(session: NetSession, nowMs: number): void {
    const { stats } = session;
    this.#rtt.ring.push(nowMs, stats.rttMs);
    if (stats.corrections !== this.#lastCorrections) this.#correction.ring.push(nowMs, stats.correctionMetres);
    this.#lastCorrections = stats.corrections;
    setText(
      this.#compact,
      `${Math.round(stats.rttMs)} ms · ${stats.lossPercent.toFixed(0)} % · ${stats.snapshotsPerSecond.toFixed(0)}/s`,
    );
    if (this.#panel.hidden) return;
    NUMBERS.forEach(({ text }, index) => {
      setText(this.#cells[index]!, text(stats));
    });
    this.#rtt.draw(nowMs, (top) => `0–${top.toFixed(0)} ms`);
    this.#gap.draw(nowMs, (top) => `0–${top.toFixed(0)} ms`);
    this.#correction.draw(nowMs, (top) => `0–${top.toFixed(1)} m`);
  }

  #tellPanel(): void {
    this.#onPanel(this.#isWide.matches && !this.#panel.hidden ? PANEL_PIXELS : 0);
  }
}

class Plot {
  readonly ring: SampleRing;
  readonly #canvas: HTMLCanvasElement;
  readonly #value: HTMLElement;
  readonly #style: PlotStyle;

  constructor(name: string, capacity: number, style: PlotStyle) {
    this.ring = new SampleRing(capacity);
    this.#canvas = byId(`plot-${name}`, HTMLCanvasElement);
    this.#value = byId(`plot-${name}-value`, HTMLElement);
    this.#style = style;
  }

  draw(nowMs: number, scale: (top: number) => string): void {
    setText(this.#value, scale(drawPlot(this.#canvas, this.ring, nowMs, this.#style)));
  }
}

function bytes(perSecond: number): string {
  return perSecond < 10_000 ? `${Math.round(perSecond)} B/s` : `${(perSecond / 1_000).toFixed(1)} kB/s`;
}
