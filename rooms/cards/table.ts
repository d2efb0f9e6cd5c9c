// The rules of eights: a shedding game, as old as it is simple. Pure but for the state it is given; chance is an argument.
import {
  type Card,
  CardPlayer,
  type CardsState,
  COURT_POINTS,
  DECK,
  EIGHT_POINTS,
  fits,
  HAND_OF_MORE,
  HAND_OF_TWO,
  type Play,
  POINTS_TO_WIN,
  type Refusal,
  rankOf,
  type Suit,
  suitOf,
} from "../../shared/schema/cards/index.ts";
import type { Random } from "../kit/index.ts";

/** A table and its hidden cards. Moves give a refusal, or `undefined` when they were made. */
export class Table {
  readonly #state: CardsState;
  readonly #random: Random;
  /** Face down, the next one last. */
  #pile: Card[] = [];
  /** Under the top card. */
  #discards: Card[] = [];
  /** Moves in a row that changed nothing: when everybody passes and the pile is empty, the round is over. */
  #passes = 0;

  constructor(state: CardsState, random: Random) {
    this.#state = state;
    this.#random = random;
  }

  /** Seats a player until it leaves. It plays from the next deal on. */
  seat(sessionId: string, name: string, isHouse = false): CardPlayer {
    const player = new CardPlayer();
    player.name = name;
    player.isHouse = isHouse;
    this.#state.players.set(sessionId, player);
    return player;
  }

  /** Takes a player away; its cards go under the pile. True when that ended the round or moved the turn. */
  leave(sessionId: string): boolean {
    const { players, turnOf } = this.#state;
    const player = players.get(sessionId);
    if (!player) return false;
    this.#pile.unshift(...(player.hand as unknown as Iterable<Card>));
    this.#state.pileCount = this.#pile.length;
    const next = this.#after(sessionId);
    players.delete(sessionId);
    if (this.#state.phase !== "playing" || !player.isDealtIn) return false;
    const [last, ...others] = this.#dealtIn();
    if (last && others.length === 0) this.#end(last);
    else if (turnOf === sessionId && next !== undefined) this.#turnTo(next);
    else return false;
    return true;
  }

  /** Shuffles and deals to everybody who is there, at least two; the one after the last round's first begins. */
  deal(): void {
    const state = this.#state;
    const isNewMatch = state.matchWinner !== "";
    this.#pile = shuffled(DECK, this.#random);
    this.#discards = [];
    this.#passes = 0;
    const seats = [...state.players.keys()].filter((sessionId) => state.players.get(sessionId)?.isConnected);
    const count = seats.length === 2 ? HAND_OF_TWO : HAND_OF_MORE;
    for (const [sessionId, player] of state.players) {
      if (isNewMatch) player.points = 0;
      player.isDealtIn = seats.includes(sessionId);
      player.hand.clear();
      player.handCount = 0;
      for (let card = 0; player.isDealtIn && card < count; card++) this.#give(player);
    }
    const top = this.#pile.pop() ?? fail("a deck holds more than the hands");
    Object.assign(state, { phase: "playing", winner: "", matchWinner: "", top, suit: suitOf(top) });
    state.pileCount = this.#pile.length;
    this.#turnTo(seats[state.round % seats.length] ?? fail("nobody is seated"));
    state.round += 1;
  }

  play(sessionId: string, { card, suit }: Play): Refusal | undefined {
    const state = this.#state;
    const refusal = this.#refusalOf(sessionId);
    if (refusal) return refusal;
    const player = state.players.get(sessionId) ?? fail("whose turn it is has a seat");
    const place = player.hand.indexOf(card);
    if (place < 0) return "not-in-hand";
    if (!fits(card, state.top as Card, state.suit as Suit)) return "does-not-fit";
    player.hand.splice(place, 1);
    player.handCount = player.hand.length;
    this.#discards.push(state.top as Card);
    state.top = card;
    state.suit = rankOf(card) === "8" ? (suit ?? suitOf(card)) : suitOf(card);
    this.#passes = 0;
    if (player.hand.length === 0) this.#end(player);
    else this.#turnTo(this.#after(sessionId) ?? fail("a round has two players"));
    return undefined;
  }

  draw(sessionId: string): Refusal | undefined {
    const state = this.#state;
    const refusal = this.#refusalOf(sessionId);
    if (refusal) return refusal;
    if (state.hasDrawn) return "has-drawn";
    if (!this.#give(state.players.get(sessionId) ?? fail("whose turn it is has a seat"))) return "nothing-to-draw";
    state.hasDrawn = true;
    return undefined;
  }

  pass(sessionId: string): Refusal | undefined {
    const state = this.#state;
    const refusal = this.#refusalOf(sessionId);
    if (refusal) return refusal;
    const canDraw = this.#pile.length + this.#discards.length > 0;
    if (!state.hasDrawn && canDraw) return "must-draw";
    this.#passes = canDraw || state.hasDrawn ? 0 : this.#passes + 1;
    if (this.#passes >= this.#dealtIn().length) this.#end(this.#cheapest());
    else this.#turnTo(this.#after(sessionId) ?? fail("a round has two players"));
    return undefined;
  }

  /** What is done for somebody whose time is over. */
  timeOut(sessionId: string): void {
    this.draw(sessionId);
    this.pass(sessionId);
  }

  /** One sensible move for the house: a card that fits, keeping eights; else a card from the pile; else a pass. */
  playHouse(sessionId: string): void {
    const { players, top, suit } = this.#state;
    const hand = [...(players.get(sessionId)?.hand ?? [])] as Card[];
    const fitting = hand.filter((card) => fits(card, top as Card, suit as Suit));
    const card = fitting.find((candidate) => rankOf(candidate) !== "8") ?? fitting[0];
    if (card) this.play(sessionId, { card, suit: favourite(hand, card) });
    else if (this.draw(sessionId) !== undefined) this.pass(sessionId);
  }

  #refusalOf(sessionId: string): Refusal | undefined {
    if (this.#state.phase !== "playing") return "not-playing";
    return this.#state.turnOf === sessionId ? undefined : "not-your-turn";
  }

  #dealtIn(): CardPlayer[] {
    return [...this.#state.players.values()].filter(({ isDealtIn }) => isDealtIn);
  }

  /** Who plays after somebody; `undefined` when nobody else does. */
  #after(sessionId: string): string | undefined {
    const seats = [...this.#state.players].filter(([id, { isDealtIn }]) => isDealtIn || id === sessionId);
    const place = seats.findIndex(([id]) => id === sessionId);
    const next = seats[(place + 1) % seats.length]?.[0];
    return next === sessionId ? undefined : next;
  }

  #turnTo(sessionId: string): void {
    this.#state.turnOf = sessionId;
    this.#state.hasDrawn = false;
    this.#state.turn += 1;
  }

  /** Gives one card from the pile, made anew from the discards when it is used up. False when there is none at all. */
  #give(player: CardPlayer): boolean {
    if (this.#pile.length === 0) {
      this.#pile = shuffled(this.#discards, this.#random);
      this.#discards = [];
    }
    const card = this.#pile.pop();
    if (!card) return false;
    player.hand.push(card);
    player.handCount = player.hand.length;
    this.#state.pileCount = this.#pile.length;
    return true;
  }

  #cheapest(): CardPlayer {
    const [first, ...others] = this.#dealtIn();
    return others.reduce(
      (best, player) => (worth(player) < worth(best) ? player : best),
      first ?? fail("nobody plays"),
    );
  }

  #end(winner: CardPlayer): void {
    const state = this.#state;
    for (const player of this.#dealtIn()) if (player !== winner) winner.points += worth(player);
    for (const player of state.players.values()) player.isDealtIn = false;
    state.phase = "over";
    state.winner = winner.name;
    if (winner.points >= POINTS_TO_WIN) state.matchWinner = winner.name;
    state.turnOf = "";
    state.turn += 1;
  }
}

/** What a hand left over is worth to the winner. */
export function worth({ hand }: Pick<CardPlayer, "hand">): number {
  let points = 0;
  for (const card of hand as unknown as Iterable<Card>) {
    const rank = rankOf(card);
    if (rank === "8") points += EIGHT_POINTS;
    else points += rank === "ace" ? 1 : Number(rank) || COURT_POINTS;
  }
  return points;
}

/** A copy in an order that chance decides, each as likely as any other (Fisher and Yates; Durstenfeld 1964). */
export function shuffled(cards: readonly Card[], random: Random): Card[] {
  const order = [...cards];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const card = order[last] ?? fail("inside the deck");
    order[last] = order[other] ?? fail("inside the deck");
    order[other] = card;
  }
  return order;
}

/** The suit that a hand has most of when `card` is laid. */
function favourite(hand: readonly Card[], card: Card): Suit {
  const rest = hand.filter((other) => other !== card).map(suitOf);
  const count = (suit: Suit): number => rest.filter((other) => other === suit).length;
  return rest.reduce((best, suit) => (count(suit) > count(best) ? suit : best), suitOf(card));
}

function fail(truth: string): never {
  throw new Error(`The table is broken: ${truth}.`);
}
