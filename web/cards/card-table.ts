// The table: others above, the pile and the top card in the middle, the own hand below.
import type { GameSession } from "../../client/index.ts";
import {
  type Card,
  type CardPlayer,
  type CardsState,
  fits,
  type NoInput,
  rankOf,
  SUITS,
  type Suit,
} from "../../shared/schema/cards/index.ts";
import { make, setText } from "../dom.ts";
import { back, drawFace, nameOf, signOf } from "./card-face.ts";

/** A refusal can be read for this long. */
const WORD_MS = 4_000;

/** A seat at a table. */
export type CardsSession = GameSession<CardsState, CardPlayer, NoInput>;

/** Draws one session, and turns presses into messages. */
export class CardTable {
  readonly #session: CardsSession;
  readonly #others = make("div", "others");
  readonly #middle = make("div", "middle");
  readonly #status = make("p", "status");
  readonly #clock = make("span", "clock");
  readonly #word = make("p", "word");
  readonly #suits = make("div", "suits");
  readonly #hand = make("div", "hand");
  readonly #own = make("p", "own-line");
  #turn = -1;
  #turnEndsAtMs = 0;
  #wordEndsAtMs = 0;
  #eight: Card | undefined;

  constructor(root: HTMLElement, session: CardsSession) {
    this.#session = session;
    this.#status.setAttribute("role", "status");
    this.#word.setAttribute("role", "alert");
    this.#suits.hidden = true;
    this.#suits.append(
      make("span", "", "Which suit counts now?"),
      ...SUITS.map((suit) => this.#button(signOf(suit), suit, () => this.#playEight(suit), `suit-button ${suit}`)),
    );
    const more = this.#button("Games", "", () => undefined, "more");
    more.setAttribute("popovertarget", "games-menu");
    root.replaceChildren(
      more,
      this.#others,
      this.#middle,
      this.#status,
      this.#word,
      this.#suits,
      this.#hand,
      this.#own,
    );
  }

  /** Says something for a moment, such as why a move was refused. */
  say(text: string): void {
    setText(this.#word, text);
    this.#wordEndsAtMs = performance.now() + WORD_MS;
  }

  /** Draws the state as it is now. */
  update(): void {
    const { state, sessionId } = this.#session.room;
    const self = state.players?.get(sessionId);
    if (!self) return;
    if (state.turn !== this.#turn) {
      this.#turn = state.turn;
      this.#turnEndsAtMs = performance.now() + state.turnSeconds * 1000;
      this.#chooseSuit(undefined);
    }
    const isMine = state.phase === "playing" && state.turnOf === sessionId;
    this.#others.replaceChildren(
      ...[...state.players].filter(([id]) => id !== sessionId).map(([id, player]) => this.#seat(id, player)),
    );
    this.#drawMiddle(isMine);
    setText(this.#status, this.#describe(isMine));
    this.#status.append(this.#clock);
    this.#status.classList.toggle("mine", isMine);
    this.#hand.replaceChildren(...this.#ownCards(self, isMine));
    setText(this.#own, `${self.name} · ${points(self)}`);
    this.countDown();
  }

  /** Moves the turn's clock on. */
  countDown(): void {
    const nowMs = performance.now();
    const left = Math.max(0, Math.ceil((this.#turnEndsAtMs - nowMs) / 1000));
    setText(this.#clock, this.#session.room.state.phase === "playing" ? ` ${left} s` : "");
    if (nowMs > this.#wordEndsAtMs) setText(this.#word, "");
  }

  #seat(sessionId: string, player: CardPlayer): HTMLElement {
    const { state } = this.#session.room;
    const seat = make("div", `seat${state.turnOf === sessionId ? " turn" : ""}${player.isConnected ? "" : " away"}`);
    const fan = make("div", "fan");
    for (let card = 0; card < player.handCount; card++) fan.append(back());
    const note = player.isConnected ? `${count(player.handCount, "card")} · ${points(player)}` : "reconnecting…";
    seat.append(make("b", "", player.name), fan, make("span", "", note));
    return seat;
  }

  #drawMiddle(isMine: boolean): void {
    const { state, send } = bound(this.#session);
    if (!state.top) {
      this.#middle.replaceChildren();
      return;
    }
    const canDraw = isMine && !state.hasDrawn;
    const pile = this.#button("", "Draw a card", () => send("draw"), "face back pile");
    pile.disabled = !canDraw;
    pile.append(make("small", "", String(state.pileCount)));
    const top = drawFace(make("div", "top"), state.top as Card);
    const suit = make("div", `counts ${state.suit}`, signOf(state.suit as Suit));
    suit.title = `${state.suit} count`;
    const pass = this.#button("Pass", "Pass", () => send("pass"), "pass");
    pass.disabled = !isMine || !state.hasDrawn;
    this.#middle.replaceChildren(pile, top, suit, pass);
  }

  #ownCards({ hand }: CardPlayer, isMine: boolean): HTMLElement[] {
    const { state } = this.#session.room;
    return ([...(hand ?? [])] as Card[]).sort().map((card) => {
      const isFitting = isMine && fits(card, state.top as Card, state.suit as Suit);
      const button = drawFace(
        this.#button("", "", () => this.#press(card), isFitting ? "fits" : ""),
        card,
      );
      button.disabled = !isFitting;
      return button;
    });
  }

  #press(card: Card): void {
    if (rankOf(card) === "8") this.#chooseSuit(card);
    else bound(this.#session).send("play", { card });
  }

  #playEight(suit: Suit): void {
    if (this.#eight) bound(this.#session).send("play", { card: this.#eight, suit });
    this.#chooseSuit(undefined);
  }

  #chooseSuit(eight: Card | undefined): void {
    this.#eight = eight;
    this.#suits.hidden = eight === undefined;
  }

  #describe(isMine: boolean): string {
    const { state } = this.#session.room;
    if (state.phase === "waiting") return "Waiting for somebody to play with…";
    if (state.matchWinner) return `${state.matchWinner} wins the match. Points begin anew with the next deal.`;
    if (state.phase === "over") return `${state.winner} wins the round. The next deal comes in a moment.`;
    if (isMine) return state.hasDrawn ? "Lay a card, or pass." : "Your turn: lay a card that fits, or draw.";
    return `${state.players.get(state.turnOf)?.name ?? "Somebody"} is to move. On top: the ${nameOf(state.top as Card)}.`;
  }

  #button(text: string, label: string, press: () => void, className = ""): HTMLButtonElement {
    const button = make("button", className, text);
    button.type = "button";
    if (label) button.setAttribute("aria-label", label);
    button.addEventListener("click", press);
    return button;
  }
}

function bound({ room }: CardsSession): { state: CardsState; send: (type: string, message?: object) => void } {
  return { state: room.state as CardsState, send: (type, message) => room.send(type, message) };
}

function points(player: CardPlayer): string {
  return count(player.points, "point");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
