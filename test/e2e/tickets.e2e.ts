// The way in for any client: two requests and the unmodified Colyseus SDK, and what is refused on that way.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { SEAT_HOLD_MS } from "../../shared/schema/platform/index.ts";
import { Fighter } from "../support/fighter.ts";
import { GameStack } from "../support/game-stack.ts";
import { askSeat, postJson, type Seat, signIn, takeSeat, untilState } from "../support/seat.ts";

/** What a game server allows for clocks that disagree, and a second more. */
const AFTER_EXPIRY_MS = 3_000;

let stack: GameStack;
/** Taken when the suite begins and shown when it has expired, so that the other tests fill the wait. */
let early: { readonly seat: Seat; readonly takenAt: number };
/** Keeps the arena open. */
let walker: Fighter;

before(async () => {
  stack = await GameStack.start();
  walker = await Fighter.join(stack.platformUrl);
  early = { seat: await askSeat(stack.platformUrl), takenAt: performance.now() };
});
after(async () => {
  await walker?.leave();
  await stack?.stop();
});

/** What the SDK throws when a seat is refused. */
async function refusal(taking: Promise<unknown>): Promise<{ status: unknown; message: string }> {
  const error = await taking.then(
    () => assert.fail("the seat was given"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error);
  return { status: (error as Error & { code?: unknown }).code, message: error.message };
}

test("the unmodified SDK joins with an assignment and sees another player walk", async (t) => {
  const room = await takeSeat(await askSeat(stack.platformUrl));
  t.after(() => room.leave());
  await untilState(room, ({ players }) => players.has(walker.sessionId) && players.has(room.sessionId));
  const { x } = walker.self;
  const { tick } = room.state;
  walker.held.moveX = x > 0 ? -1 : 1;
  await untilState(room, ({ players }) => Math.abs((players.get(walker.sessionId)?.x ?? x) - x) > 3);
  walker.stand();
  assert.ok(room.state.tick > tick);
  const me = room.state.players.get(room.sessionId);
  assert.match(me?.name ?? "", /\w/);
  assert.equal(me?.health, 100);
});

test("without a ticket nobody gets in, and the refusal says where tickets come from", async () => {
  const seat = await askSeat(stack.platformUrl);
  const { status, message } = await refusal(takeSeat({ ...seat, ticket: undefined }));
  assert.equal(status, 401);
  assert.match(message, /^ticket\.missing: .*POST \/v1\/matchmaking\/join/);
});

test("a ticket that was tampered with is refused", async () => {
  const seat = await askSeat(stack.platformUrl);
  const [head, body = "", signature] = seat.ticket.split(".");
  const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as object;
  const changed = Buffer.from(JSON.stringify({ ...claims, sub: randomUUID() })).toString("base64url");
  const { status, message } = await refusal(takeSeat({ ...seat, ticket: `${head}.${changed}.${signature}` }));
  assert.equal(status, 401);
  assert.match(message, /^ticket\.invalid: /);
});

test("an access token is no ticket", async () => {
  const seat = await askSeat(stack.platformUrl);
  const { accessToken } = await signIn(stack.platformUrl);
  const { message } = await refusal(takeSeat({ ...seat, ticket: accessToken }));
  assert.match(message, /^ticket\.invalid: /);
});

test("a ticket joins once", async (t) => {
  const seat = await askSeat(stack.platformUrl);
  const room = await takeSeat(seat);
  t.after(() => room.leave());
  const { status, message } = await refusal(takeSeat(seat));
  assert.equal(status, 409);
  assert.match(message, /^ticket\.used: .*new one/);
});

test("another player's ticket is refused to a client that says who it is, and still good for its owner", async (t) => {
  const [own, other] = [await askSeat(stack.platformUrl), await askSeat(stack.platformUrl)];
  const { status, message } = await refusal(takeSeat(other, { playerId: own.playerId }));
  assert.equal(status, 403);
  assert.match(message, /^ticket\.wrong_player: /);
  const room = await takeSeat(other, { playerId: other.playerId });
  t.after(() => room.leave());
});

test("a ticket is for its room only", async () => {
  const seat = await askSeat(stack.platformUrl);
  const { message } = await refusal(takeSeat({ ...seat, roomId: "elsewhere" }));
  assert.match(message, /^(ticket\.wrong_room|room\.gone): /);
});

test("nobody gets a seat from the game server's own port by asking for a new room", async () => {
  const http = stack.gameEndpoint.replace("ws:", "http:");
  await assert.rejects(postJson(`${http}/matchmake/create/arena`, {}), /404/);
  await assert.rejects(postJson(`${http}/matchmake/joinOrCreate/arena`, {}), /404/);
});

test("a ticket that was not used in time has expired", async () => {
  const { seat, takenAt } = early;
  await pause(Math.max(0, takenAt + SEAT_HOLD_MS + AFTER_EXPIRY_MS - performance.now()));
  const { status, message } = await refusal(takeSeat(seat));
  assert.equal(status, 401);
  assert.match(message, /^ticket\.expired: .*new one/);
});
