// A seat outlives its socket: for 20 s the player comes back to the same seat and score.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { ROOM_CLOSE } from "../rooms/kit/index.ts";
import type { ArenaState } from "../shared/schema/arena/index.ts";
import { dropSocket, TestGameServer, untilState } from "./testing/test-game-server.ts";

let game: TestGameServer;
before(async () => {
  game = await TestGameServer.start();
});
after(() => game.stop());

test("a dropped client comes back to its seat, with what it had", async () => {
  const witness = await game.join();
  const { room } = await game.join({ name: "Ann" });
  room.reconnection.minUptime = 0;
  const seated = (state: ArenaState) => state.players.get(room.sessionId);
  await untilState(witness.room, (state) => seated(state) !== undefined);
  const before = seated(witness.room.state)?.toJSON();
  const back = new Promise<void>((resolve) => room.onReconnect(() => resolve()));
  dropSocket(room);
  await untilState(witness.room, (state) => seated(state)?.isConnected === false);
  await back;
  await untilState(witness.room, (state) => seated(state)?.isConnected === true);
  const after = seated(witness.room.state)?.toJSON();
  assert.equal(after?.name, "Ann");
  assert.deepEqual([after?.x, after?.y, after?.frags], [before?.x, before?.y, before?.frags]);
  await Promise.all([room.leave(), witness.room.leave()]);
});

test("a player who joins again from elsewhere takes the seat over: one fighter, the old client is told", async () => {
  const playerId = randomUUID();
  const first = await game.join({ playerId });
  const closed = new Promise((resolve) => first.room.onLeave((code) => resolve(code)));
  const second = await game.join({ playerId });
  assert.equal(await closed, ROOM_CLOSE.seatTakenOver);
  assert.equal(second.room.roomId, first.room.roomId);
  await untilState(second.room, ({ players }) => players.size === 1);
  assert.deepEqual([...second.room.state.players.keys()], [second.room.sessionId]);
  await second.room.leave();
});

test("a player who reloads the page while the old seat waits gets a new seat and leaves no ghost", async () => {
  const playerId = randomUUID();
  const first = await game.join({ playerId });
  first.room.reconnection.enabled = false;
  dropSocket(first.room);
  const second = await game.join({ playerId });
  await untilState(second.room, ({ players }) => players.size === 1);
  assert.deepEqual([...second.room.state.players.keys()], [second.room.sessionId]);
  await second.room.leave();
});

test("a reconnection token that is made up is refused", async () => {
  const { room, client } = await game.join();
  await assert.rejects(client.reconnect(`${room.roomId}:made-up`), /room\.gone/);
  await room.leave();
});
