// A session that has ended leaves nothing behind on a game server: no connection, no waiting seat, no ticket that still joins.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Client, type Room } from "@colyseus/sdk";
import { ROOM_CLOSE } from "../../rooms/kit/index.ts";
import type { ArenaState } from "../../shared/schema/arena/index.ts";
import { MAX_EVICTIONS_PER_REQUEST } from "../../shared/schema/platform/index.ts";
import { dropSocket, TestGameServer, untilState } from "../testing/test-game-server.ts";
import { EvictionDesk, MAX_REMEMBERED_SESSIONS } from "./eviction-desk.ts";

let game: TestGameServer;
before(async () => {
  game = await TestGameServer.start();
});
after(() => game.stop());

const closeCode = (room: Room<unknown, ArenaState>) => new Promise<number>((resolve) => room.onLeave(resolve));

const closedCount = async (sessionId: string, reason: "signed_out" | "banned" = "signed_out") => {
  const answer = await game.tellEnded([{ sessionId, reason }]);
  assert.equal(answer.status, 200);
  return ((await answer.json()) as { closed: number }).closed;
};

test("a session that ends closes its connection and frees its seat at once; other seats are left alone", async () => {
  const witness = await game.join();
  const sid = randomUUID();
  const { room } = await game.join({ sid });
  await untilState(witness.room, ({ players }) => players.size === 2);
  const code = closeCode(room);
  assert.equal(await closedCount(sid), 1);
  assert.equal(await code, ROOM_CLOSE.sessionEnded);
  await untilState(witness.room, ({ players }) => players.size === 1);
  assert.equal(await closedCount(sid), 0, "told twice, nothing happens");
  assert.equal(await closedCount(randomUUID()), 0);
  assert.ok(witness.room.connection.isOpen);
  assert.match(await game.metrics(), /^game_evictions_total\{reason="signed_out"\} 1$/m);
  await witness.room.leave();
});

test("a banned player's connection is closed with a code of its own", async () => {
  const sid = randomUUID();
  const { room } = await game.join({ sid });
  const code = closeCode(room);
  await closedCount(sid, "banned");
  assert.equal(await code, ROOM_CLOSE.banned);
});

test("a seat that waits for a dropped player of that session waits no longer", async () => {
  const witness = await game.join();
  const sid = randomUUID();
  const { room, client } = await game.join({ sid });
  await untilState(witness.room, ({ players }) => players.size === 2);
  room.reconnection.enabled = false;
  const token = room.reconnectionToken;
  dropSocket(room);
  await untilState(witness.room, ({ players }) => players.get(room.sessionId)?.isConnected === false);
  assert.equal(await closedCount(sid), 1);
  await untilState(witness.room, ({ players }) => players.size === 1);
  await assert.rejects(client.reconnect(token), /room\.gone/);
  await witness.room.leave();
});

test("a ticket of a session that has ended is refused with ticket.session_ended", async () => {
  const sid = randomUUID();
  const { endpoint, roomId, ticket } = await game.assign({ sid });
  await closedCount(sid);
  const client = new Client(endpoint);
  client.auth.token = ticket;
  await assert.rejects(client.joinById(roomId), { message: /^ticket\.session_ended: / });
  const claim = await fetch(`http://127.0.0.1:${game.server.gamePort}/matchmake/joinById/${roomId}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${await game.ticket({ roomId, sid })}` },
    body: "{}",
  });
  assert.equal(claim.status, 401);
  assert.equal(((await claim.json()) as { code: string }).code, "ticket.session_ended");
});

test("a session that ends between its ticket and its connection gets no seat", async () => {
  const witness = await game.join();
  const sid = randomUUID();
  const { endpoint, roomId, ticket } = await game.assign({ sid });
  const claim = await fetch(`http://127.0.0.1:${game.server.gamePort}/matchmake/joinById/${roomId}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${ticket}` },
    body: "{}",
  });
  const reservation = await claim.json();
  assert.equal(await closedCount(sid), 0);
  const client = new Client(endpoint);
  await assert.rejects(client.consumeSeatReservation(reservation as never));
  await untilState(witness.room, ({ players }) => players.size === 1);
  await witness.room.leave();
});

test("what a missed call would have said comes with a heartbeat, and the cursor goes back", async () => {
  const sid = randomUUID();
  const { room } = await game.join({ sid });
  const code = closeCode(room);
  const before = game.heartbeats.length;
  game.answers.push(
    { endedSessions: [], endedCursor: "1", hasMore: true },
    { endedSessions: [{ sessionId: sid, reason: "ended" }], endedCursor: "2", hasMore: false },
  );
  assert.equal(await code, ROOM_CLOSE.sessionEnded);
  const told = game.heartbeats.slice(before);
  assert.deepEqual(
    told.map(({ endedCursor }) => endedCursor),
    [undefined, "1"],
  );
  const { room: next } = await game.join();
  const answered = game.heartbeats.length;
  await new Promise<void>((resolve) => {
    next.onStateChange(() => game.heartbeats.length > answered && resolve());
  });
  assert.equal(game.heartbeats.at(-1)?.endedCursor, "2");
  await next.leave();
});

test("the call needs the server credential, and as many sessions as are allowed fit into it", async () => {
  const many = (count: number) =>
    Array.from({ length: count }, () => ({ sessionId: randomUUID(), reason: "credentials_changed" as const }));
  assert.equal((await game.tellEnded(many(1), "not-the-key-not-the-key-not-the-key")).status, 401);
  assert.equal((await game.tellEnded(many(MAX_EVICTIONS_PER_REQUEST))).status, 200);
  assert.equal((await game.tellEnded([])).status, 422);
  const unknown = [{ sessionId: randomUUID(), reason: "bored" as never }];
  assert.equal((await game.tellEnded(unknown)).status, 422);
});

test("what is remembered of ended sessions has a bound in number and in time", () => {
  let nowMs = 0;
  const desk = new EvictionDesk({ rooms: [], onClosed: () => undefined, now: () => nowMs });
  const first = randomUUID();
  desk.evict([{ sessionId: first, reason: "ended" }]);
  assert.equal(desk.reasonOf(first), "ended");
  const ids = Array.from({ length: MAX_REMEMBERED_SESSIONS }, (_, index) => `session-${index}`);
  desk.evict(ids.map((sessionId) => ({ sessionId, reason: "ended" as const })));
  assert.equal(desk.size, MAX_REMEMBERED_SESSIONS);
  assert.equal(desk.reasonOf(first), undefined, "the oldest is the one that is forgotten");
  nowMs += 600_000;
  desk.evict([{ sessionId: first, reason: "banned" }]);
  assert.equal(desk.size, 1);
});
