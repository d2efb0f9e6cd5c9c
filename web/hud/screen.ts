// The page before and after the game: progress while joining, and problems with what to do about them.
import type { ConnectStage } from "../../client/index.ts";
import { byId, make, setText } from "../dom.ts";
import type { ProblemText } from "../problems.ts";

/** What joining goes through, in order. */
const STAGES: readonly ConnectStage[] = ["signing-in", "queueing", "joining", "joined"];

const STAGE_TEXT: Record<ConnectStage, string> = {
  "signing-in": "Signing in as a guest…",
  queueing: "Looking for a seat…",
  joining: "Taking the seat…",
  joined: "Entering…",
};

/** After this long in the queue, the page says what is being waited for. */
const SLOW_QUEUE_MS = 4_000;
const SLOW_QUEUE_TEXT = "Still looking for a seat: game servers may be full or starting…";

/** The full-page screen over the game. */
export class Screen {
  readonly #root = byId("screen", HTMLElement);
  readonly #progress = byId("screen-progress", HTMLElement);
  readonly #bar = byId("progress-bar", HTMLElement);
  readonly #fill = byId("progress-fill", HTMLElement);
  readonly #text = byId("progress-text", HTMLElement);
  readonly #problem = byId("screen-problem", HTMLElement);
  readonly #title = byId("problem-title", HTMLElement);
  readonly #detail = byId("problem-detail", HTMLElement);
  readonly #steps = byId("problem-steps", HTMLElement);
  readonly #code = byId("problem-code", HTMLElement);
  readonly #retry = byId("retry-button", HTMLButtonElement);
  readonly #note = byId("retry-note", HTMLElement);
  #slowQueue: ReturnType<typeof setTimeout> | undefined;

  /** `keys` says how to play, in a few words. */
  constructor(keys: readonly string[]) {
    byId("screen-keys", HTMLElement).textContent = keys.join("  ·  ");
  }

  /** Shows how far joining is. */
  showProgress(stage: ConnectStage): void {
    this.#root.hidden = false;
    this.#problem.hidden = true;
    this.#progress.hidden = false;
    const done = STAGES.indexOf(stage) + 1;
    this.#bar.setAttribute("aria-valuenow", String(done));
    this.#bar.setAttribute("aria-valuetext", STAGE_TEXT[stage]);
    this.#fill.style.transform = `scaleX(${done / STAGES.length})`;
    setText(this.#text, STAGE_TEXT[stage]);
    clearTimeout(this.#slowQueue);
    if (stage === "queueing") this.#slowQueue = setTimeout(() => setText(this.#text, SLOW_QUEUE_TEXT), SLOW_QUEUE_MS);
  }

  /**
   * Shows a problem until the button is pressed, or `retryInMs` have passed when it is given.
   * Resolves then; never rejects.
   */
  showProblem(problem: ProblemText, retryInMs?: number): Promise<void> {
    this.#root.hidden = false;
    this.#progress.hidden = true;
    this.#problem.hidden = false;
    setText(this.#title, problem.title);
    setText(this.#detail, problem.detail);
    this.#steps.replaceChildren(...problem.steps.map((step) => make("li", "", step)));
    setText(this.#code, problem.code);
    setText(this.#retry, problem.action);
    this.#retry.focus({ preventScroll: true });

    const { promise, resolve } = Promise.withResolvers<void>();
    const deadline = retryInMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + retryInMs;
    const countDown = () => {
      const left = Math.ceil((deadline - performance.now()) / 1_000);
      setText(this.#note, Number.isFinite(left) ? `Tries by itself in ${Math.max(0, left)} s` : "");
      if (left <= 0) resolve();
    };
    countDown();
    const timer = setInterval(countDown, 250);
    const press = () => resolve();
    this.#retry.addEventListener("click", press);
    return promise.finally(() => {
      clearInterval(timer);
      this.#retry.removeEventListener("click", press);
    });
  }

  /** Clears the page for the game. */
  hide(): void {
    this.#root.hidden = true;
    (document.activeElement as HTMLElement | null)?.blur();
  }
}
