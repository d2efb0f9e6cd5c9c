// A table as its players know it: no tick, virtual time, and every byte that anybody is sent looked at.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import {
  ABSENT_TURN_SECONDS,
  type Card,
  type CardPlayer,
  type CardsState,
  DECK,
  fits,
  HAND_OF_MORE,
  HAND_OF_TWO,
  HOUSE_SECONDS,
  PAUSE_SECONDS,
  START_SECONDS,
  type Suit,
  TURN_SECONDS,
} from "../../shared/schema/cards/index.ts";
import { type BenchClient, RoomBench } from "../kit/testing/index.ts";
import { type CardsOptions, CardsRoom } from "./cards-room.ts";

/** How often the bench looks for changes, as Colyseus does. */
const PATCH_HZ = 20;

type Client = BenchClient<CardsState> & { readonly refusals: string[] };

let bench: RoomBench<CardsRoom, CardsState>;
afterEach(() => bench.close());

async function open(options: CardsOptions = {}): Promise<void> {
  bench = await RoomBench.open<CardsRoom, CardsState>(CardsRoom, PATCH_HZ, { seed: 3, house: false, ...options });
}

/** Frames of each session that told more than it may know, by what they told. */
let leaks: string[] = [];
let framesLookedAt = 0;

/** Whether a frame names a card that its reader neither holds nor sees on the table. */
function look(sessionId: string, frame: Uint8Array): void {
  const text = Buffer.from(frame).toString("latin1");
  framesLookedAt += 1;
  for (const card of DECK) {
    if (!text.includes(card) || card === bench.room.state.top || handOf(sessionId).includes(card)) continue;
    leaks.push(`${sessionId} was told of ${card}`);
  }
}

let seats = 0;
async function sit(name: string): Promise<Client> {
  if (bench.room.clients.length === 0) [seats, leaks, framesLookedAt] = [0, [], 0];
  const sessionId = `session-${++seats}`;
  return listen(await bench.join(name, { onSent: (frame) => look(sessionId, frame) }));
}

function listen(client: BenchClient<CardsState>): Client {
  const refusals: string[] = [];
  client.room.onMessage("refused", ({ reason }: { reason: string }) => refusals.push(reason));
  return Object.assign(client, { refusals });
}

function elapse(seconds: number): void {
  bench.elapse(seconds * 1000);
  bench.settle();
}

function say(client: Client, type: string, message?: unknown): void {
  client.room.send(type, message);
  client.uplink.deliver();
  elapse(1 / PATCH_HZ);
}

const truth = (sessionId: string): CardPlayer => bench.room.state.players.get(sessionId) ?? assert.fail();
const handOf = (sessionId: string): Card[] =>
  [...(bench.room.state.players.get(sessionId)?.hand ?? [])] as unknown as Card[];
const shownHand = (client: Client, of: string = client.sessionId): Card[] =>
  [...(client.room.state.players.get(of)?.hand ?? [])] as unknown as Card[];

/** Makes one move for whoever is to move, among `clients`. */
function moveOnce(clients: readonly Client[]): void {
  const { turnOf, top, suit, hasDrawn } = bench.room.state;
  const client = clients.find(({ sessionId }) => sessionId === turnOf) ?? assert.fail("a stranger is to move");
  const card = handOf(turnOf).find((held) => fits(held, top as Card, suit as Suit));
  if (card) say(client, "play", { card });
  else say(client, hasDrawn ? "pass" : "draw");
}

test("two are dealt in a little after the second sat down, four at once", async () => {
  await open();
  const ann = await sit("Ann");
  elapse(60);
  assert.equal(ann.room.state.phase, "waiting");
  await sit("Bob");
  elapse(START_SECONDS - 1);
  assert.equal(ann.room.state.phase, "waiting");
  elapse(1.1);
  assert.equal(ann.room.state.phase, "playing");
  assert.equal(shownHand(ann).length, HAND_OF_TWO);
  await bench.close();
  await open();
  for (const name of ["Ann", "Bob", "Cid", "Dee"]) await sit(name);
  elapse(0.2);
  assert.equal(bench.room.state.phase, "playing");
});

test("whole rounds: nobody is ever sent a card that is not in its own hand or on the table, through reconnections too", async () => {
  await open();
  let table = [await sit("Ann"), await sit("Bob"), await sit("Cid")];
  elapse(START_SECONDS + 1);
  for (let move = 0; move < 400; move++) {
    if (move % 23 === 22) {
      const [first, ...rest] = table as [Client, ...Client[]];
      first.cut();
      elapse(0.5);
      const seen = handOf(first.sessionId);
      const back = listen(await bench.reconnect(first));
      elapse(0.1);
      assert.deepEqual(shownHand(back), seen, "back into the same hand");
      table = [...rest, back];
    }
    if (bench.room.state.phase === "playing") moveOnce(table);
    else elapse(PAUSE_SECONDS + 0.2);
    for (const client of table) {
      assert.deepEqual(shownHand(client), handOf(client.sessionId));
      for (const other of table) if (other !== client) assert.deepEqual(shownHand(client, other.sessionId), []);
    }
  }
  assert.ok(bench.room.state.round > 3, `${bench.room.state.round} rounds were played`);
  assert.ok(framesLookedAt > 400);
  assert.deepEqual(leaks, []);
  assert.deepEqual(bench.failures, []);
});

test("the look at the bytes finds a card that is told to the wrong player", async () => {
  await open();
  const ann = await sit("Ann");
  await sit("Bob");
  elapse(START_SECONDS + 1);
  bench.room.clients.get(ann.sessionId)?.send("oops", handOf("session-2")[0]);
  elapse(0.1);
  assert.equal(leaks.length, 1);
});

test("a move that is not allowed is refused with its reason and changes nothing", async () => {
  await open();
  const [ann, bob] = [await sit("Ann"), await sit("Bob")];
  elapse(START_SECONDS + 0.5);
  const [mover, other] = bench.room.state.turnOf === ann.sessionId ? [ann, bob] : [bob, ann];
  const before = bench.room.state.toJSON();
  say(other, "draw");
  say(mover, "pass");
  say(mover, "play", { card: handOf(other.sessionId)[0] });
  assert.deepEqual(other.refusals, ["not-your-turn"]);
  assert.deepEqual(mover.refusals, ["must-draw", "not-in-hand"]);
  assert.deepEqual(bench.room.state.toJSON(), before);
});

for (const [what, type, message] of [
  ["no card", "play", {}],
  ["a card that there is not", "play", { card: "hearts-11" }],
  ["a suit that there is not", "play", { card: "hearts-8", suit: "stars" }],
  ["more than it may", "play", { card: "hearts-8", hand: ["hearts-8"] }],
  ["a word where nothing is said", "draw", "please"],
  ["a type that is nobody's", "cheat", {}],
  ["a type that every object has", "constructor", {}],
] as const) {
  test(`a message that says ${what} ends its sender's connection or nothing, never the room`, async () => {
    await open();
    const [ann, bob] = [await sit("Ann"), await sit("Bob")];
    elapse(START_SECONDS + 0.5);
    const before = { ...bench.room.state.toJSON(), players: undefined };
    say(ann, type, message);
    assert.deepEqual({ ...bench.room.state.toJSON(), players: undefined }, before);
    assert.deepEqual(bench.failures, []);
    assert.equal(bench.room.clients.includes(bench.room.clients.get(bob.sessionId) ?? assert.fail()), true);
    assert.equal(handOf(ann.sessionId).length, HAND_OF_TWO);
  });
}

test("who does not move in time draws and passes; the clock starts anew for the next", async () => {
  await open();
  await sit("Ann");
  await sit("Bob");
  elapse(START_SECONDS + 0.1);
  const { turnOf, turn } = bench.room.state;
  elapse(TURN_SECONDS - 1);
  assert.equal(bench.room.state.turn, turn);
  elapse(1.1);
  assert.notEqual(bench.room.state.turnOf, turnOf);
  assert.equal(truth(turnOf).handCount, HAND_OF_TWO + 1);
  elapse(TURN_SECONDS - 1);
  assert.equal(bench.room.state.turn, turn + 1);
});

test("whoever lost the connection holds the others up for a short while only, and gains no time by coming and going", async () => {
  await open();
  const [ann, bob] = [await sit("Ann"), await sit("Bob")];
  elapse(START_SECONDS + 0.1);
  let mover = bench.room.state.turnOf === ann.sessionId ? ann : bob;
  const { turn } = bench.room.state;
  for (let time = 0; time < 6; time++) {
    mover.cut();
    elapse(ABSENT_TURN_SECONDS - 1);
    assert.equal(truth(mover.sessionId).isConnected, false);
    mover = listen(await bench.reconnect(mover));
    elapse(0.1);
    if (bench.room.state.turn !== turn) break;
  }
  elapse(TURN_SECONDS - 6 * (ABSENT_TURN_SECONDS - 1) + 0.2);
  assert.equal(bench.room.state.turn, turn + 1, "twenty seconds are twenty seconds");
});

test("a player who leaves gives the seat back; with one left the round is over, and a newcomer is dealt in next", async () => {
  await open();
  const [ann, bob, cid] = [await sit("Ann"), await sit("Bob"), await sit("Cid")];
  elapse(START_SECONDS + 0.1);
  void cid.room.leave();
  cid.uplink.deliver();
  await new Promise((resolve) => setImmediate(resolve));
  elapse(0.1);
  assert.equal(ann.room.state.players.size, 2);
  assert.equal(ann.room.state.phase, "playing");
  const dee = await sit("Dee");
  elapse(0.1);
  assert.deepEqual([truth(dee.sessionId).isDealtIn, shownHand(dee).length], [false, 0]);
  void bob.room.leave();
  bob.uplink.deliver();
  await new Promise((resolve) => setImmediate(resolve));
  elapse(0.1);
  assert.deepEqual([ann.room.state.phase, ann.room.state.winner], ["over", "Ann"]);
  elapse(PAUSE_SECONDS + 0.1);
  assert.equal(ann.room.state.phase, "playing");
  assert.equal(shownHand(dee).length, HAND_OF_TWO);
});

test("a view is given back by whoever leaves: coming and going grows nothing", async () => {
  await open();
  await sit("Ann");
  const viewIds = new Set<number>();
  for (let visit = 0; visit < 40; visit++) {
    const guest = await sit(`Guest ${visit}`);
    const seated = bench.room.clients.find(({ sessionId }) => sessionId === guest.sessionId);
    viewIds.add(seated?.view?.id ?? assert.fail("no view"));
    void guest.room.leave();
    elapse(0.1);
  }
  assert.equal(viewIds.size, 1);
});

test("who is alone plays against the house until somebody comes, and never sees its hand", async () => {
  await open({ house: true });
  const ann = await sit("Ann");
  elapse(HOUSE_SECONDS + 0.1);
  assert.equal(ann.room.state.phase, "playing");
  assert.deepEqual([shownHand(ann).length, shownHand(ann, "house").length], [HAND_OF_TWO, 0]);
  for (let move = 0; move < 200 && bench.room.state.phase === "playing"; move++) {
    if (bench.room.state.turnOf === ann.sessionId) moveOnce([ann]);
    else elapse(2);
  }
  assert.equal(bench.room.state.phase, "over");
  elapse(PAUSE_SECONDS + 0.2);
  assert.equal(bench.room.state.phase, "playing", "the house plays on");
  const bob = await sit("Bob");
  elapse(0.1);
  assert.deepEqual([...bench.room.state.players.keys()], [ann.sessionId, bob.sessionId]);
  assert.equal(bench.room.state.phase, "over", "nobody waits for a round with the house to end");
  elapse(PAUSE_SECONDS + 0.2);
  assert.deepEqual([truth(ann.sessionId).isDealtIn, truth(bob.sessionId).isDealtIn], [true, true]);
  assert.deepEqual(leaks, []);
});

test("who is away is not dealt in, and not waited for; back again, it is dealt in with the next round", async () => {
  await open({ house: true });
  const ann = await sit("Ann");
  ann.cut();
  const [bob, cid] = [await sit("Bob"), await sit("Cid")];
  elapse(START_SECONDS + 0.2);
  assert.equal(bench.room.state.phase, "playing");
  assert.deepEqual([truth(ann.sessionId).isDealtIn, handOf(ann.sessionId).length], [false, 0]);
  const back = listen(await bench.reconnect(ann));
  for (let move = 0; move < 300 && bench.room.state.round < 2; move++) {
    if (bench.room.state.phase === "playing") moveOnce([bob, cid]);
    else elapse(PAUSE_SECONDS + 0.2);
  }
  elapse(0.1);
  assert.deepEqual([truth(ann.sessionId).isDealtIn, shownHand(back).length], [true, HAND_OF_MORE]);
});

test("the house does not play with itself: when its guest is away, it goes, and comes again with the guest", async () => {
  await open({ house: true });
  const ann = await sit("Ann");
  elapse(HOUSE_SECONDS + 0.1);
  ann.cut();
  const { state } = bench.room;
  for (let move = 0; move < 400 && state.phase === "playing"; move++) elapse(ABSENT_TURN_SECONDS);
  elapse(PAUSE_SECONDS + 1);
  assert.deepEqual([bench.room.state.phase, bench.room.state.players.size], ["waiting", 1]);
  await bench.reconnect(ann);
  elapse(HOUSE_SECONDS + 0.2);
  assert.equal(bench.room.state.phase, "playing");
  assert.deepEqual(bench.failures, []);
});

test("nothing is sent while nothing changes", async () => {
  await open();
  const [ann] = [await sit("Ann"), await sit("Bob")];
  elapse(START_SECONDS + 0.2);
  bench.elapse(TURN_SECONDS * 500);
  assert.equal(ann.downlink.length, 0);
});

test("when the process drains, the round is played to its end, and an idle table closes at once", async () => {
  await open();
  const table = [await sit("Ann"), await sit("Bob")];
  elapse(START_SECONDS + 0.1);
  bench.room.onDrain();
  for (let move = 0; move < 500 && bench.room.state.phase === "playing"; move++) moveOnce(table);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(bench.room.state.phase, "over");
  assert.equal(bench.room.clients.length, 0);
  await bench.close();
  await open();
  await sit("Ann");
  bench.room.onDrain();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(bench.room.clients.length, 0);
});
