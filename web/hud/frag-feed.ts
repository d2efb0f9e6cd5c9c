// The last few frags, in the corner: who, whom.
import type { FragMessage } from "../arena/shots.ts";
import { byId, make } from "../dom.ts";
import type { ArenaSession } from "../session.ts";

const MAX_LINES = 5;
const LINE_LIFE_MS = 6_000;

/** Shows frags and lets them fade. */
export class FragFeed {
  readonly #list = byId("feed", HTMLOListElement);
  readonly #bornAtMs: number[] = [];

  add(frag: FragMessage, session: ArenaSession, nowMs: number): void {
    const line = make("li");
    line.append(name(frag.by, session), make("i", "arrow", "▸"), name(frag.target, session));
    if (frag.by === session.sessionId || frag.target === session.sessionId) line.classList.add("mine");
    this.#list.append(line);
    this.#bornAtMs.push(nowMs);
    while (this.#bornAtMs.length > MAX_LINES) this.#drop();
  }

  /** Removes what is old. */
  update(nowMs: number): void {
    while (this.#bornAtMs.length > 0 && nowMs - this.#bornAtMs[0]! > LINE_LIFE_MS) this.#drop();
  }

  clear(): void {
    while (this.#bornAtMs.length > 0) this.#drop();
  }

  #drop(): void {
    this.#bornAtMs.shift();
    this.#list.firstElementChild?.remove();
  }
}

function name(sessionId: string, session: ArenaSession): HTMLElement {
  const player = session.room.state.players.get(sessionId);
  if (sessionId === session.sessionId) return make("b", "own", "You");
  return make("b", player?.isBot ? "bot" : "person", player?.name ?? "somebody who left");
}
