// Everything around the meadow, refreshed ten times a second.
import { RECONNECTION_SECONDS } from "../../shared/schema/swarm/index.ts";
import { byId, make, setText } from "../dom.ts";
import { Controls } from "../hud/controls.ts";
import { NetGraph } from "../hud/net-graph.ts";
import type { Options } from "../options.ts";
import type { SwarmSession } from "./swarm-view.ts";

const UPDATE_INTERVAL_MS = 100;
const LEADERS = 5;
const HINT = "WASD or arrows run · hold Space to creep: movers do not mind you then · drive them into a beacon";
const HINT_MS = 12_000;
const URGENT_SECONDS = 15;

/** The HUD. */
export class SwarmHud {
  readonly #root = byId("hud", HTMLElement);
  readonly #leaders = byId("leaders-list", HTMLOListElement);
  readonly #label = byId("round-label", HTMLElement);
  readonly #clock = byId("round-clock", HTMLElement);
  readonly #goal = byId("round-goal", HTMLElement);
  readonly #score = byId("own-frags", HTMLElement);
  readonly #scoreUnit = byId("own-frags-unit", HTMLElement);
  readonly #hint = byId("hint", HTMLElement);
  readonly #reconnecting = byId("reconnecting", HTMLElement);
  readonly #net: NetGraph;
  readonly #controls: Controls;
  #session: SwarmSession | undefined;
  #updatedAtMs = 0;
  #hintEndsAtMs = 0;

  constructor(options: Options, onPanel: (coveredPixels: number) => void) {
    this.#net = new NetGraph(onPanel);
    this.#controls = new Controls(options);
    setText(
      byId("reconnecting-note", HTMLElement),
      `Your seat and score are kept for ${RECONNECTION_SECONDS} seconds.`,
    );
    window.addEventListener("keydown", (event) => {
      if (event.code === "KeyN" && !event.repeat && !event.ctrlKey && !event.metaKey) this.#net.toggle();
    });
  }

  /** Shows a session. */
  begin(session: SwarmSession): void {
    this.#session = session;
    this.#root.hidden = false;
    document.body.classList.add("is-playing");
    this.#controls.begin(session);
    this.#net.begin(session);
    const isTouch = window.matchMedia("(pointer: coarse)").matches;
    this.#hintEndsAtMs = isTouch ? 0 : performance.now() + HINT_MS;
    setText(this.#hint, HINT);
    session.onDrop(() => {
      this.#reconnecting.hidden = false;
    });
    session.onReconnect(() => {
      this.#reconnecting.hidden = true;
    });
  }

  /** Clears the page: the session is over. */
  end(): void {
    this.#session = undefined;
    this.#root.hidden = true;
    this.#reconnecting.hidden = true;
    document.body.classList.remove("is-playing");
  }

  /** Refreshes what is due; call it every frame. `shown` is how many others are drawn. */
  frame(nowMs: number, shown: number): void {
    const session = this.#session;
    if (!session || nowMs - this.#updatedAtMs < UPDATE_INTERVAL_MS) return;
    this.#updatedAtMs = nowMs;
    const { round, secondsLeft, winner, players } = session.room.state;
    setText(this.#label, winner ? `Round ${round} · last to ${winner}` : `Round ${round}`);
    setText(this.#clock, `${Math.floor(secondsLeft / 60)}:${String(secondsLeft % 60).padStart(2, "0")}`);
    setText(this.#goal, `${shown} in sight`);
    this.#clock.classList.toggle("urgent", secondsLeft <= URGENT_SECONDS);
    setText(this.#score, String(players.get(session.sessionId)?.score ?? 0));
    setText(this.#scoreUnit, "driven in");
    this.#hint.hidden = nowMs > this.#hintEndsAtMs;
    this.#showLeaders(session);
    this.#net.update(session, nowMs);
  }

  #showLeaders(session: SwarmSession): void {
    const best = [...session.room.state.players]
      .sort(([, a], [, b]) => b.score - a.score || a.name.localeCompare(b.name))
      .slice(0, LEADERS);
    while (this.#leaders.children.length < best.length) {
      const row = make("li");
      row.append(make("span"), make("span"), make("span"));
      this.#leaders.append(row);
    }
    while (this.#leaders.children.length > best.length) this.#leaders.lastElementChild?.remove();
    for (const [index, [sessionId, { name, score, isConnected }]] of best.entries()) {
      const row = this.#leaders.children[index];
      if (!row) continue;
      row.className = `${sessionId === session.sessionId ? "own" : "person"}${isConnected ? "" : " away"}`;
      const cells = [String(index + 1), name, String(score)];
      for (const [cell, text] of cells.entries()) setText(row.children[cell] ?? row, text);
    }
  }
}
