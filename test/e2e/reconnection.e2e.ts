// A network that is gone for three seconds costs a player three seconds, and nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { GamePage } from "../support/game-page.ts";
import { askSeat, takeSeat, untilState } from "../support/seat.ts";
import { setStage } from "../support/stage.ts";
import { until } from "../support/until.ts";

/** How long the network is gone: here, time itself is the subject. */
const OUTAGE_MS = 3_000;

const stage = setStage({ hasCable: true });

test("a WebSocket that is dead for 3 s comes back to the same seat and the same score", async (t) => {
  const ann = await GamePage.join(stage.browser, stage.stack.platformUrl);
  const annId = await ann.sessionId();
  // Bob plays past the cable, stands still, and sees how the room treats Ann.
  const seat = await askSeat(stage.stack.platformUrl);
  const bob = await takeSeat({ ...seat, endpoint: stage.stack.gameEndpoint });
  t.after(() => bob.leave());
  await frag(ann, bob.sessionId);
  await ann.page.evaluate(() => document.body.setAttribute("data-same-page", "yes"));

  stage.stack.cable?.pull();
  const droppedAt = performance.now();
  await ann.page.locator("#reconnecting").waitFor({ state: "visible" });
  await untilState(bob, ({ players }) => players.get(annId)?.isConnected === false);
  await ann.picture("reconnecting");
  await pause(OUTAGE_MS - (performance.now() - droppedAt));
  assert.equal(bob.state.players.get(annId)?.frags, 1, "the score waits with the seat");
  stage.stack.cable?.putBack();

  await ann.page.locator("#reconnecting").waitFor({ state: "hidden" });
  t.diagnostic(`gone for ${OUTAGE_MS} ms, back after ${Math.round(performance.now() - droppedAt)} ms`);
  assert.equal(await ann.sessionId(), annId);
  assert.equal(await ann.page.locator("body").getAttribute("data-same-page"), "yes", "the page was not loaded anew");
  assert.equal(await ann.page.locator("#own-frags").innerText(), "1");
  await untilState(bob, ({ players }) => players.get(annId)?.isConnected === true);
  assert.equal(bob.state.players.get(annId)?.frags, 1);
  assert.equal(bob.state.players.size, 2, "nobody sits there twice");

  const from = await ann.drawn(annId);
  const key = from.x > 0 ? "KeyA" : "KeyD";
  await ann.page.keyboard.down(key);
  await untilState(bob, ({ players }) => Math.abs((players.get(annId)?.x ?? from.x) - from.x) > 2);
  await ann.page.keyboard.up(key);
  await ann.close();
});

/** Shoots at somebody who stands still until the page's own score is 1. */
async function frag(shooter: GamePage, targetId: string): Promise<void> {
  await shooter.page.waitForFunction((id) => window.__gamekeeper?.drawn(id) !== undefined, targetId);
  await shooter.aimAt(targetId);
  await shooter.page.mouse.down();
  await until("a frag", async () => {
    await shooter.aimAt(targetId);
    return (await shooter.page.locator("#own-frags").innerText()) === "1";
  });
  await shooter.page.mouse.up();
}
