// Everything around the arena, refreshed ten times a second.
import type { FragMessage } from "../arena/shots.ts";
import { byId, setText } from "../dom.ts";
import { isWidget } from "../input/keyboard-mouse.ts";
import type { Options } from "../options.ts";
import type { ArenaSession } from "../session.ts";
import { Banner } from "./banner.ts";
import { Controls } from "./controls.ts";
import { FragFeed } from "./frag-feed.ts";
import { NetGraph } from "./net-graph.ts";
import { Scoreboard } from "./scoreboard.ts";
import { Vitals } from "./vitals.ts";

const UPDATE_INTERVAL_MS = 100;
/** How long the reminder of the controls stays. */
const HINT_MS = 9_000;
const KEYS_HINT = "WASD or arrows move · mouse aims · hold to fire · Esc reaches the buttons";
const GHOST_HINT = "Dashed outlines: where the server last said everybody is";

/** What the HUD tells the arena. */
export interface HudEvents {
  /** The outlines were switched. */
  onGhosts(isShown: boolean): void;
  /** A panel covers this many pixels at the right. */
  onPanel(coveredPixels: number): void;
}

/** The HUD. */
export class Hud {
  readonly #root = byId("hud", HTMLElement);
  readonly #hint = byId("hint", HTMLElement);
  readonly #ghostButton = byId("ghost-button", HTMLButtonElement);
  readonly #banner = new Banner();
  readonly #controls: Controls;
  readonly #feed = new FragFeed();
  readonly #net: NetGraph;
  readonly #scores = new Scoreboard();
  readonly #vitals = new Vitals();
  readonly #options: Options;
  readonly #events: HudEvents;
  #session: ArenaSession | undefined;
  #updatedAtMs = 0;
  #hintEndsAtMs = 0;

  constructor(options: Options, events: HudEvents) {
    this.#options = options;
    this.#events = events;
    this.#net = new NetGraph(events.onPanel);
    this.#controls = new Controls(options);
    this.#ghostButton.addEventListener("click", () => this.#showGhosts(!this.#options.ghost));
    this.#showGhosts(options.ghost);
    this.#listen();
  }

  /** Shows a session. */
  begin(session: ArenaSession, nowMs: number): void {
    this.#session = session;
    this.#root.hidden = false;
    document.body.classList.add("is-playing");
    this.#controls.begin(session);
    this.#net.begin(session);
    // On glass the sticks show themselves.
    this.#hintEndsAtMs = window.matchMedia("(pointer: coarse)").matches ? 0 : nowMs + HINT_MS;
    session.onDrop(() => this.#banner.dropped(performance.now()));
    session.onReconnect(() => this.#banner.clearReconnecting());
  }

  /** Clears the page: the session is over. */
  end(): void {
    this.#session = undefined;
    this.#root.hidden = true;
    document.body.classList.remove("is-playing", "is-dead");
    this.#feed.clear();
    this.#banner.clearReconnecting();
  }

  /** Refreshes what is due; call it every frame. */
  frame(nowMs: number): void {
    if (!this.#session || nowMs - this.#updatedAtMs < UPDATE_INTERVAL_MS) return;
    this.#updatedAtMs = nowMs;
    this.#feed.update(nowMs);
    this.#scores.update(this.#session);
    this.#banner.update(this.#session, nowMs);
    this.#vitals.update(this.#session);
    this.#net.update(this.#session, nowMs);
    this.#showHint(nowMs);
  }

  ownHurt(amount: number): void {
    this.#vitals.hurt(amount);
  }

  frag(frag: FragMessage): void {
    if (!this.#session) return;
    this.#feed.add(frag, this.#session, performance.now());
    this.#banner.frag(frag, this.#session);
  }

  #showHint(nowMs: number): void {
    const text = this.#options.ghost ? GHOST_HINT : nowMs < this.#hintEndsAtMs ? KEYS_HINT : "";
    this.#hint.hidden = text === "";
    setText(this.#hint, text);
  }

  #showGhosts(isShown: boolean): void {
    this.#options.ghost = isShown;
    this.#ghostButton.setAttribute("aria-pressed", String(isShown));
    this.#events.onGhosts(isShown);
  }

  /** Tab belongs to the game until the focus is in the HUD; Esc moves the focus in and out. */
  #listen(): void {
    window.addEventListener("keydown", (event) => {
      if (!this.#session || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.code === "KeyN" && !event.repeat) this.#net.toggle();
      if (event.code === "KeyG" && !event.repeat) this.#showGhosts(!this.#options.ghost);
      if (event.code === "Tab" && !isWidget(document.activeElement)) {
        event.preventDefault();
        this.#scores.hold(true);
      }
      if (event.code === "Escape") {
        if (isWidget(document.activeElement)) (document.activeElement as HTMLElement).blur();
        else byId("scores-button", HTMLButtonElement).focus();
      }
    });
    window.addEventListener("keyup", (event) => {
      if (event.code === "Tab") this.#scores.hold(false);
    });
    window.addEventListener("blur", () => this.#scores.hold(false));
    // A click with the mouse leaves no focus behind, so that Space and the arrows go on belonging to the game.
    window.addEventListener("pointerup", () => {
      if (!this.#session) return;
      requestAnimationFrame(() => (document.activeElement as HTMLElement | null)?.blur());
    });
  }
}
