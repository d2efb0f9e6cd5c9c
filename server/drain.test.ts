// Draining: nobody new, matches end or meet the deadline, and a second signal skips the wait.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ROOM_CLOSE } from "../rooms/kit/index.ts";
import { TestGameServer } from "./testing/test-game-server.ts";

test("a draining server refuses players, lets the match go on, and closes it when the wait is skipped", async () => {
  const game = await TestGameServer.start();
  const assignment = await game.assign();
  const { room } = await game.join();
  const closed = new Promise((resolve) => room.onLeave((code) => resolve(code)));
  const skip = new AbortController();
  const stopped = game.server.stop(60_000, skip.signal);

  const refused = await game.askSeat({});
  assert.equal(refused.status, 503);
  assert.equal(((await refused.json()) as { code: string }).code, "server.draining");
  const claim = await fetch(`http://127.0.0.1:${game.server.gamePort}/matchmake/joinById/${assignment.roomId}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${assignment.ticket}` },
    body: "{}",
  });
  assert.equal(claim.status, 503);
  assert.equal((await fetch(`${game.opsUrl}/readyz`)).status, 503);
  assert.equal(game.heartbeats.at(-1)?.isDraining, true);

  const { tick } = room.state;
  await new Promise<void>((resolve) => room.onStateChange((state) => state.tick > tick + 3 && resolve()));
  skip.abort();
  assert.equal(await closed, ROOM_CLOSE.serverDraining);
  assert.equal(await stopped, "skipped");
});

test("a drain ends by itself when the last player has left", async () => {
  const game = await TestGameServer.start();
  const { room } = await game.join();
  const stopped = game.server.stop(60_000, new AbortController().signal);
  await room.leave();
  assert.equal(await stopped, "empty");
});
