// The switches and sliders under the net graph, each with one line that says what it does.
import { byId, make } from "../dom.ts";
import { LIMITS, type Options } from "../options.ts";
import type { NetSession } from "../session.ts";

type SwitchName = "prediction" | "reconciliation" | "interpolation";
type SliderName = "latency" | "jitter" | "loss";

const SWITCHES: Record<SwitchName, { label: string; note: string }> = {
  prediction: { label: "Prediction", note: "You move at once. Off: you wait for the server." },
  reconciliation: { label: "Reconciliation", note: "The server corrects it. Off: you drift from the truth." },
  interpolation: { label: "Interpolation", note: "Others glide. Off: they jump with each snapshot." },
};

const SLIDERS: Record<SliderName, { label: string; unit: string; step: number; note: string }> = {
  latency: { label: "Latency", unit: "ms", step: 5, note: "Added to the round trip, half on each way." },
  jitter: { label: "Jitter", unit: "ms", step: 1, note: "How unevenly that delay comes." },
  loss: { label: "Loss", unit: "%", step: 1, note: "Share of messages that are lost and come late." },
};

/** Shows `options`, changes them, and applies them to the session. */
export class Controls {
  readonly #options: Options;
  #session: NetSession | undefined;

  constructor(options: Options) {
    this.#options = options;
    const root = byId("controls", HTMLElement);
    root.append(make("h3", "", "Netcode"));
    for (const name of Object.keys(SWITCHES) as SwitchName[]) root.append(this.#switch(name));
    root.append(make("h3", "", "Simulated link"));
    for (const name of Object.keys(SLIDERS) as SliderName[]) root.append(this.#slider(name));
  }

  /** Applies the options to a new session, and from now on to this one. */
  begin(session: NetSession): void {
    this.#session = session;
    this.#apply();
  }

  #apply(): void {
    if (!this.#session) return;
    const { settings, link } = this.#session;
    settings.prediction = this.#options.prediction;
    settings.interpolation = this.#options.interpolation;
    settings.reconciliation = this.#options.reconciliation;
    link.latencyMs = this.#options.latency;
    link.jitterMs = this.#options.jitter;
    link.lossPercent = this.#options.loss;
  }

  #switch(name: SwitchName): HTMLElement {
    const { label, note } = SWITCHES[name];
    const input = make("input", "switch");
    input.type = "checkbox";
    input.role = "switch";
    input.id = `switch-${name}`;
    input.checked = this.#options[name];
    input.setAttribute("aria-describedby", `${input.id}-note`);
    input.addEventListener("change", () => {
      this.#options[name] = input.checked;
      this.#apply();
    });
    return control(input, label, note, input);
  }

  #slider(name: SliderName): HTMLElement {
    const { label, unit, step, note } = SLIDERS[name];
    const input = make("input");
    input.type = "range";
    input.id = `slider-${name}`;
    input.min = "0";
    input.max = String(LIMITS[name]);
    input.step = String(step);
    input.value = String(this.#options[name]);
    input.setAttribute("aria-describedby", `${input.id}-note`);
    const output = make("output");
    output.htmlFor.add(input.id);
    const show = () => {
      output.textContent = `${this.#options[name]} ${unit}`;
      input.setAttribute("aria-valuetext", output.textContent);
      input.style.setProperty("--share", String(this.#options[name] / LIMITS[name]));
    };
    show();
    input.addEventListener("input", () => {
      this.#options[name] = input.valueAsNumber;
      show();
      this.#apply();
    });
    const right = make("span", "slider");
    right.append(input, output);
    return control(input, label, note, right);
  }
}

function control(input: HTMLInputElement, text: string, note: string, right: HTMLElement): HTMLElement {
  const made = make("div", "control");
  const label = make("label", "", text);
  label.htmlFor = input.id;
  const head = make("div", "control-head");
  head.append(label, right);
  const explanation = make("p", "", note);
  explanation.id = `${input.id}-note`;
  made.append(head, explanation);
  return made;
}
