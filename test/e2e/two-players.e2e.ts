// Two people in two browsers, in one arena.
import assert from "node:assert/strict";
import { test } from "node:test";
import { GamePage } from "../support/game-page.ts";
import { setStage } from "../support/stage.ts";
import { until } from "../support/until.ts";

const stage = setStage();

test("one walks by keyboard, and the other sees it walk", async (t) => {
  const [ann, bob] = await Promise.all([
    GamePage.join(stage.browser, stage.stack.platformUrl),
    GamePage.join(stage.browser, stage.stack.platformUrl),
  ]);
  const annId = await ann.sessionId();
  assert.notEqual(annId, await bob.sessionId(), "two pages are two players");
  await bob.page.waitForFunction((id) => window.__gamekeeper?.drawn(id) !== undefined, annId);

  const from = await bob.drawn(annId);
  const key = from.x > 0 ? "KeyA" : "KeyD";
  await ann.page.keyboard.down(key);
  await bob.untilDrawnAway(annId, "x", from, 3);
  await ann.page.keyboard.up(key);

  // At rest, both pages show the same place.
  const [seen, own] = await until("both pages to show the same place", async () => {
    const places = await Promise.all([bob.drawn(annId), ann.drawn(annId)]);
    return Math.hypot(places[0].x - places[1].x, places[0].y - places[1].y) < 0.001 && places;
  });
  t.diagnostic(`walked from ${from.x.toFixed(2)} to ${own.x.toFixed(2)}, seen at ${seen.x.toFixed(2)}`);
  assert.ok(Math.abs(seen.y - from.y) < 0.001, "the key moves along one axis only");

  await ann.walkUpTo(await bob.sessionId());
  await Promise.all([ann.picture("two-players-ann"), bob.picture("two-players-bob")]);
  assert.deepEqual([...ann.problems, ...bob.problems], []);
  await Promise.all([ann.close(), bob.close()]);
});
