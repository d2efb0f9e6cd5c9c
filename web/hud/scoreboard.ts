// Who leads: the top five always, everybody in a table on demand.
import type { Player } from "../../shared/schema/arena/index.ts";
import { byId, make, setText } from "../dom.ts";
import type { ArenaSession } from "../session.ts";

const LEADERS = 5;

/** One fighter's standing. `place` counts from 1. */
export interface Standing {
  place: number;
  sessionId: string;
  player: Player;
}

/** Fighters by frags, then by fewest deaths, then by name, so that equal scores do not swap places. */
export function standings(players: Iterable<[string, Player]>): Standing[] {
  return [...players]
    .sort(([, a], [, b]) => b.frags - a.frags || a.deaths - b.deaths || a.name.localeCompare(b.name))
    .map(([sessionId, player], index) => ({ place: index + 1, sessionId, player }));
}

/** The leaders and the table. Call `update` ten times a second at most. */
export class Scoreboard {
  readonly #leaders = byId("leaders-list", HTMLOListElement);
  readonly #body = byId("scores-body", HTMLTableSectionElement);
  readonly #panel = byId("scores", HTMLElement);
  readonly #button = byId("scores-button", HTMLButtonElement);
  #isPinned = false;
  #isHeld = false;

  constructor() {
    this.#button.addEventListener("click", () => {
      this.#isPinned = !this.#isPinned;
      this.#apply();
    });
  }

  /** Shows the table while Tab is held, whatever the button says. */
  hold(isHeld: boolean): void {
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    this.#apply();
  }

  update(session: ArenaSession): void {
    const all = standings(session.room.state.players.entries());
    const shown = all.slice(0, LEADERS);
    const own = all.find((standing) => standing.sessionId === session.sessionId);
    if (own && own.place > LEADERS) shown[LEADERS - 1] = own;
    fill(this.#leaders, shown.length, () => row("li", 3));
    shown.forEach((standing, index) => {
      write(this.#leaders.children[index]!, standing, session, [standing.player.frags]);
    });
    if (this.#panel.hidden) return;
    fill(this.#body, all.length, () => row("tr", 4));
    all.forEach((standing, index) => {
      write(this.#body.children[index]!, standing, session, [standing.player.frags, standing.player.deaths]);
    });
  }

  #apply(): void {
    this.#panel.hidden = !(this.#isPinned || this.#isHeld);
    this.#button.setAttribute("aria-pressed", String(this.#isPinned));
  }
}

function row(tag: "li" | "tr", cells: number): HTMLElement {
  const made = make(tag);
  for (let cell = 0; cell < cells; cell++) made.append(make(tag === "li" ? "span" : "td"));
  return made;
}

function fill(list: Element, count: number, create: () => HTMLElement): void {
  while (list.children.length < count) list.append(create());
  while (list.children.length > count) list.lastElementChild!.remove();
}

function write(element: Element, standing: Standing, session: ArenaSession, numbers: number[]): void {
  const { player, sessionId, place } = standing;
  const role = sessionId === session.sessionId ? "own" : player.isBot ? "bot" : "person";
  const className = `${role}${player.isConnected ? "" : " away"}`;
  if (element.className !== className) element.className = className;
  const [placeCell, nameCell, ...numberCells] = element.children;
  setText(placeCell!, String(place));
  setText(nameCell!, nameOf(player, role === "own" && element.matches("tr")));
  numberCells.forEach((cell, index) => {
    setText(cell, String(numbers[index] ?? ""));
  });
}

function nameOf(player: Player, isMarked: boolean): string {
  if (!player.isConnected) return `${player.name} (reconnecting)`;
  return isMarked ? `${player.name} (you)` : player.name;
}
