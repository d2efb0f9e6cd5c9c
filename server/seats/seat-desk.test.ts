// What the platform may ask of the desk beside a seat somewhere, and what it is told to choose by.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { TestGameServer } from "../testing/test-game-server.ts";

test("a request that allows no new room gets a seat in a running one or room.full; heartbeats tell of free seats", async (t) => {
  const game = await TestGameServer.start();
  t.after(() => game.stop());
  const ask = async (mayOpenRoom: boolean) => {
    const answer = await game.askSeat({ mode: "cards", mayOpenRoom });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const refused = await ask(false);
  assert.deepEqual([refused.status, refused.body["code"]], [409, "room.full"]);
  const opened = await ask(true);
  assert.equal(opened.body["isNewRoom"], true);
  const filled = await ask(false);
  assert.deepEqual(filled.body, { roomId: opened.body["roomId"], isNewRoom: false });
  const told = () => game.heartbeats.find(({ freeSeats }) => freeSeats["cards"] === 2);
  while (!told()) await pause(10);
  assert.equal(told()?.rooms, 1);
  assert.ok(game.heartbeats.at(-1)!.load >= 0);
});
