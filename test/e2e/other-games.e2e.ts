// The other games in the browser: the swarm drawn from snapshots alone, and a table of cards for two.
import assert from "node:assert/strict";
import { test } from "node:test";
import type {} from "../../web/cards/play.ts";
import type {} from "../../web/swarm/play.ts";
import { GamePage } from "../support/game-page.ts";
import { setStage } from "../support/stage.ts";

const SIZE = { width: 1280, height: 800 };
const PATIENCE = { timeout: 45_000 };

const stage = setStage();

test("the title screen and the page offer every game, and the address chooses one", async () => {
  const game = await GamePage.open(stage.browser, stage.stack.platformUrl, { ...SIZE, query: "game=cards" });
  await game.page.locator("#table").waitFor({ state: "visible", ...PATIENCE });
  await game.page.locator("#table .more").click();
  const links = game.page.locator("#games-menu a");
  assert.deepEqual(await links.allInnerTexts(), ["Arena", "Swarm", "Cards"]);
  await links.nth(0).click();
  await game.untilJoined();
  assert.equal(await game.page.title(), "Gamekeeper Arena");
  await game.close();
});

test("the swarm: a herder runs in the same frame's prediction, sees what is near, and nothing is corrected", async (t) => {
  const game = await GamePage.open(stage.browser, stage.stack.platformUrl, {
    ...SIZE,
    query: "game=swarm&quality=high",
  });
  await game.page.waitForFunction(() => (window.__swarm?.shown ?? 0) > 10, undefined, PATIENCE);
  const own = () =>
    game.page.evaluate(() => {
      const session = window.__swarm?.session;
      return session?.self ? session.value(session.self, "x") : Number.NaN;
    });
  const from = await own();
  const key = from > 0 ? "KeyA" : "KeyD";
  await game.page.keyboard.down(key);
  await game.page.waitForFunction(
    (start) => {
      const session = window.__swarm?.session;
      return session?.self !== undefined && Math.abs(session.value(session.self, "x") - start) > 12;
    },
    from,
    PATIENCE,
  );
  await game.picture("swarm");
  await game.page.keyboard.up(key);
  const figures = await game.page.evaluate(() => ({
    corrections: window.__swarm?.session?.stats.corrections,
    shown: window.__swarm?.shown,
    bytes: window.__swarm?.session?.stats.bytesInPerSecond,
  }));
  t.diagnostic(JSON.stringify(figures));
  assert.equal(figures.corrections, 0);
  assert.ok((figures.shown ?? 0) < 200, "of a thousand movers only those near are known");
  assert.deepEqual(game.problems, []);
  await game.close();
});

test("cards: two pages are dealt in, each sees its own hand alone, and a card that is laid is on both tables", async () => {
  const [ann, bob] = await Promise.all(
    [0, 1].map(() => GamePage.open(stage.browser, stage.stack.platformUrl, { ...SIZE, query: "game=cards" })),
  );
  assert.ok(ann && bob);
  const faces = (game: GamePage) =>
    game.page.locator("#table .hand .face").evaluateAll((all) => all.map((face) => face.getAttribute("data-card")));
  for (const { page } of [ann, bob]) await page.locator("#table .hand .face").nth(4).waitFor(PATIENCE);
  const hands = [await faces(ann), await faces(bob)];
  assert.deepEqual(
    hands.flat().filter((card, index, all) => all.indexOf(card) !== index),
    [],
    "no card is in both",
  );
  const shown = await bob.page.locator("#table").innerHTML();
  for (const card of hands[0] ?? []) assert.ok(!shown.includes(`"${card}"`), `Bob's page has Ann's ${card}`);

  // Whoever is to move moves, drawing as long as nothing fits, until a card is laid.
  const topOf = (game: GamePage) => game.page.locator("#table .top").getAttribute("data-card");
  const before = await topOf(ann);
  for (let move = 0; move < 40 && (await topOf(ann)) === before; move++) {
    const mover = (await ann.page.locator("#table .status.mine").count()) > 0 ? ann : bob;
    await mover.page.locator("#table .status.mine").waitFor(PATIENCE);
    if (move === 0) await mover.picture("cards");
    const fitting = mover.page.locator("#table .hand .fits").first();
    const pile = mover.page.locator("#table .pile:not(:disabled)");
    if ((await fitting.count()) > 0) {
      const card = await fitting.getAttribute("data-card");
      await fitting.click();
      if (card?.endsWith("-8")) await mover.page.locator("#table .suit-button").first().click();
      await mover.page.locator(`#table .top[data-card="${card}"]`).waitFor(PATIENCE);
    } else if ((await pile.count()) > 0) {
      await pile.click();
      await mover.page.locator("#table .pile:disabled").waitFor(PATIENCE);
    } else {
      await mover.page.locator("#table .pass").click();
      await mover.page.locator("#table .status:not(.mine)").waitFor(PATIENCE);
    }
  }
  const laid = await topOf(ann);
  assert.notEqual(laid, before);
  await bob.page.locator(`#table .top[data-card="${laid}"]`).waitFor(PATIENCE);
  assert.deepEqual([...ann.problems, ...bob.problems], []);
  await Promise.all([ann.close(), bob.close()]);
});
