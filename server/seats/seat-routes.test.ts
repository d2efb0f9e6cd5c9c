// The game port when what is asked for is not there any more, or is another build's.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { TestGameServer } from "../testing/test-game-server.ts";

let game: TestGameServer;
before(async () => {
  game = await TestGameServer.start();
});
after(() => game.stop());

async function post(path: string, body: object, ticket?: string) {
  const answer = await fetch(`http://127.0.0.1:${game.server.gamePort}/matchmake/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(ticket ? { Authorization: `Bearer ${ticket}` } : {}) },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, string> };
}

test("a good ticket for a room that has closed is answered room.gone", async () => {
  const { status, body } = await post("joinById/closed-room", {}, await game.ticket({ roomId: "closed-room" }));
  assert.deepEqual([status, body["code"]], [410, "room.gone"]);
});

test("a reconnection to a room that has closed, or with a wrong token, is answered room.gone", async () => {
  const { roomId } = await game.assign();
  for (const [path, reconnectionToken] of [
    ["reconnect/closed-room", "x"],
    [`reconnect/${roomId}`, "not-a-token"],
  ] as const) {
    const { status, body } = await post(path, { reconnectionToken });
    assert.deepEqual([status, body["code"]], [410, "room.gone"]);
  }
});

test("a client of another build is told so, and its ticket is still good", async () => {
  const { roomId, ticket } = await game.assign();
  const { status, body } = await post(`joinById/${roomId}`, { snapshots: 1 }, ticket);
  assert.deepEqual([status, body["code"]], [409, "build.mismatch"]);
  assert.equal((await post(`joinById/${roomId}`, {}, ticket)).status, 200);
});

test("a refusal is counted by its code", async () => {
  await post("joinById/closed-room", {});
  assert.match(await game.metrics(), /^game_refused_seats_total\{code="room\.gone"\} [1-9]/m);
});
