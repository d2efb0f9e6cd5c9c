import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Card,
  type CardPlayer,
  CardsState,
  DECK,
  fits,
  HAND_OF_MORE,
  HAND_OF_TWO,
  POINTS_TO_WIN,
  rankOf,
  type Suit,
  suitOf,
} from "../../shared/schema/cards/index.ts";
import { seededRandom } from "../kit/index.ts";
import { shuffled, Table, worth } from "./table.ts";

function open(players: number, seed = 1): { state: CardsState; table: Table; names: string[] } {
  const state = new CardsState();
  const table = new Table(state, seededRandom(seed));
  const names = Array.from({ length: players }, (_, index) => `p${index}`);
  for (const name of names) table.seat(name, name);
  return { state, table, names };
}

const playerOf = (state: CardsState, name: string): CardPlayer => state.players.get(name) ?? assert.fail();
const handOf = (state: CardsState, name: string): Card[] => [...playerOf(state, name).hand] as Card[];
const setHand = (state: CardsState, name: string, cards: Card[]): void => {
  const { hand } = playerOf(state, name);
  hand.clear();
  hand.push(...cards);
};

/** Every card that the state knows of. */
const known = (state: CardsState): Card[] => [
  ...[...state.players.keys()].flatMap((name) => handOf(state, name)),
  state.top as Card,
];

test("a card fits by suit, by rank, or as an eight, and by nothing else", () => {
  const card = fc.constantFrom(...DECK);
  fc.assert(
    fc.property(card, card, fc.constantFrom<Suit>("clubs", "hearts"), (laid, top, suit) => {
      const expected = rankOf(laid) === "8" || suitOf(laid) === suit || rankOf(laid) === rankOf(top);
      assert.equal(fits(laid, top, suit), expected);
    }),
  );
});

test("a shuffle keeps every card, and every place is as likely for each", () => {
  const random = seededRandom(5);
  const places = new Array(4).fill(0);
  for (let run = 0; run < 4_000; run++) {
    const order = shuffled(DECK.slice(0, 4), random);
    assert.deepEqual([...order].sort(), DECK.slice(0, 4).sort());
    places[order.indexOf(DECK[0] ?? assert.fail())] += 1;
  }
  for (const count of places) assert.ok(Math.abs(count - 1_000) < 150, `${places}`);
});

test("two are dealt seven cards and more five, and the rest lies in the pile", () => {
  for (const [players, count] of [
    [2, HAND_OF_TWO],
    [3, HAND_OF_MORE],
    [4, HAND_OF_MORE],
  ] as const) {
    const { state, table, names } = open(players);
    table.deal();
    for (const name of names) assert.equal(handOf(state, name).length, count);
    assert.equal(state.pileCount, 52 - 1 - players * count);
    assert.equal(new Set(known(state)).size, players * count + 1);
  }
});

test("only who is to move may move, only with a card in hand that fits", () => {
  const { state, table } = open(2);
  assert.equal(table.draw("p0"), "not-playing");
  table.deal();
  assert.equal(state.turnOf, "p0");
  Object.assign(state, { top: "hearts-5", suit: "hearts" });
  setHand(state, "p0", ["spades-king", "hearts-2", "clubs-5", "diamonds-8"]);
  assert.equal(table.play("p1", { card: "hearts-2" }), "not-your-turn");
  assert.equal(table.play("p0", { card: "clubs-ace" }), "not-in-hand");
  assert.equal(table.play("p0", { card: "spades-king" }), "does-not-fit");
  assert.equal(table.pass("p0"), "must-draw");
  assert.equal(table.play("p0", { card: "hearts-2" }), undefined);
  assert.deepEqual([state.top, state.suit, state.turnOf], ["hearts-2", "hearts", "p1"]);
  assert.equal(playerOf(state, "p0").handCount, 3);
});

test("who draws keeps the turn once, and may lay a card or pass", () => {
  const { state, table } = open(2);
  table.deal();
  assert.equal(table.draw("p0"), undefined);
  assert.equal(handOf(state, "p0").length, HAND_OF_TWO + 1);
  assert.equal(table.draw("p0"), "has-drawn");
  assert.equal(table.pass("p0"), undefined);
  assert.deepEqual([state.turnOf, state.hasDrawn], ["p1", false]);
});

test("an eight fits everything and names the suit that counts", () => {
  const { state, table } = open(2);
  table.deal();
  Object.assign(state, { top: "hearts-5", suit: "hearts" });
  setHand(state, "p0", ["spades-8", "clubs-2"]);
  assert.equal(table.play("p0", { card: "spades-8", suit: "clubs" }), undefined);
  assert.deepEqual([state.top, state.suit], ["spades-8", "clubs"]);
  setHand(state, "p1", ["spades-2", "clubs-4"]);
  assert.equal(table.play("p1", { card: "spades-2" }), "does-not-fit");
  assert.equal(table.play("p1", { card: "clubs-4" }), undefined);
});

test("who lays the last card wins what the others hold, and a match at a hundred points", () => {
  const { state, table } = open(3);
  table.deal();
  Object.assign(state, { top: "hearts-5", suit: "hearts" });
  setHand(state, "p0", ["hearts-ace"]);
  setHand(state, "p1", ["spades-8", "clubs-king"]);
  setHand(state, "p2", ["clubs-7", "hearts-ace"]);
  table.play("p0", { card: "hearts-ace" });
  assert.deepEqual([state.phase, state.winner, state.matchWinner], ["over", "p0", ""]);
  assert.equal(playerOf(state, "p0").points, 50 + 10 + 7 + 1);
  playerOf(state, "p0").points = POINTS_TO_WIN - 1;
  table.deal();
  Object.assign(state, { turnOf: "p0", top: "hearts-5", suit: "hearts" });
  setHand(state, "p0", ["hearts-ace"]);
  table.play("p0", { card: "hearts-ace" });
  assert.equal(state.matchWinner, "p0");
  table.deal();
  assert.equal(playerOf(state, "p0").points, 0);
});

test("who leaves gives its cards back and the turn on; the last one wins", () => {
  const { state, table } = open(3);
  table.deal();
  const pile = state.pileCount;
  assert.equal(table.leave("p0"), true);
  assert.deepEqual([state.turnOf, state.pileCount], ["p1", pile + HAND_OF_MORE]);
  assert.equal(table.leave("p2"), true);
  assert.deepEqual([state.phase, state.winner], ["over", "p1"]);
});

test("when nobody can draw or wants to play, the cheapest hand wins", () => {
  const { state, table } = open(2);
  table.deal();
  setHand(state, "p1", ["hearts-2"]);
  for (let move = 0; state.phase === "playing" && move < 500; move++) table.timeOut(state.turnOf);
  assert.deepEqual([state.phase, state.winner], ["over", "p1"]);
});

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`a game of houses ends, and no card is ever lost or doubled (seed ${seed})`, () => {
    const { state, table } = open(2 + (seed % 3), seed);
    table.deal();
    let moves = 0;
    while (state.phase === "playing" && moves++ < 2_000) {
      const before = known(state);
      assert.equal(new Set(before).size, before.length);
      table.playHouse(state.turnOf);
      assert.ok(known(state).length + state.pileCount <= 52);
    }
    assert.equal(state.phase, "over");
    const winner = [...state.players.values()].find(({ points }) => points > 0);
    assert.equal(winner?.hand.length, 0);
    assert.equal(
      winner?.points,
      [...state.players.values()].reduce((sum, player) => sum + worth(player), 0),
    );
  });
}
