// The page on its own: offline but for our own servers, on a phone, and in a browser that cannot draw it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { launchChromium } from "../support/chromium.ts";
import { Fighter } from "../support/fighter.ts";
import { GamePage } from "../support/game-page.ts";
import { setStage } from "../support/stage.ts";
import { until } from "../support/until.ts";

/** A thumb's pull on a stick, in pixels: to the rim and beyond. */
const PULL = 70;

const stage = setStage({ fighters: 4 });

test("the page plays without a request to any host but its own platform and game server", async () => {
  const game = await GamePage.join(stage.browser, stage.stack.platformUrl, { width: 1280, height: 720 });
  await game.page.waitForFunction(() => (window.__gamekeeper?.frames ?? 0) > 30);
  const hosts = new Set(game.requests.map((url) => new URL(url).host));
  const gameHost = new URL(stage.stack.gameEndpoint).host;
  assert.deepEqual([...hosts].sort(), [new URL(stage.stack.platformUrl).host, gameHost].sort());
  assert.ok(await game.page.locator("#net").isVisible(), "a wide page opens the net graph");
  await until("figures in the net graph", async () =>
    /\d+ ms/.test(await game.page.locator("#numbers dd").first().innerText()),
  );
  await game.picture("net-graph");
  assert.deepEqual(game.problems, []);
  await game.close();
});

test("two thumbs play on a phone of 390 by 844", async () => {
  const game = await GamePage.join(stage.browser, stage.stack.platformUrl, { width: 390, height: 844, isPhone: true });
  const watcher = await Fighter.join(stage.stack.platformUrl);
  const id = await game.sessionId();
  await until("the phone's fighter", () => watcher.session.room.state.players.has(id));
  const from = { x: watcher.other(id).x, y: watcher.other(id).y };
  const shots: string[] = [];
  watcher.session.room.onMessage("shot", ({ by }: { by: string }) => shots.push(by));

  const thumbs = await Thumbs.of(game);
  const side = from.x > 0 ? -1 : 1;
  await thumbs.hold([
    { id: 1, x: 95, y: 700 },
    { id: 2, x: 300, y: 700 },
  ]);
  await thumbs.slide([
    { id: 1, x: 95 + side * PULL, y: 700 },
    { id: 2, x: 300, y: 700 - PULL },
  ]);
  await until("the left thumb to move the fighter", () => Math.abs(watcher.other(id).x - from.x) > 2);
  await until("the right thumb to fire", () => shots.includes(id));
  await game.picture("phone");
  await thumbs.lift();
  await until("it to aim up", () => Math.abs(watcher.other(id).aim - Math.PI / 2) < 0.2);
  const width = await game.page.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(width, 390, "nothing sticks out to the side");
  assert.deepEqual(game.problems, []);
  await watcher.leave();
  await game.close();
});

test("a browser without WebGL gets a page that says what to do, and the scores as text", async (t) => {
  const plain = await launchChromium({ hasWebGl: false });
  t.after(() => plain.close());
  const game = await GamePage.open(plain, stage.stack.platformUrl, { width: 800, height: 600 });
  await game.page.locator("#screen-problem").waitFor({ state: "visible" });
  const text = await game.page.locator("#screen").innerText();
  assert.match(text, /cannot draw the arena/);
  assert.match(text, /Firefox: .*webgl\.disabled/);
  await game.picture("no-webgl");

  await game.page.locator("#retry-button").click();
  await game.page.locator("#scores-body tr").nth(3).waitFor({ state: "visible" });
  await game.picture("no-webgl-scores");
  assert.deepEqual(game.problems, []);
});

/** A finger on the glass, in page pixels. */
interface Finger {
  readonly id: number;
  readonly x: number;
  readonly y: number;
}

type SendTouch = (type: "touchStart" | "touchMove" | "touchEnd", fingers: readonly Finger[]) => Promise<unknown>;

/** Several fingers at once, which Playwright's own touchscreen does not have. */
class Thumbs {
  readonly #send: SendTouch;

  private constructor(send: SendTouch) {
    this.#send = send;
  }

  static async of({ page }: GamePage): Promise<Thumbs> {
    const devtools = await page.context().newCDPSession(page);
    return new Thumbs((type, fingers) =>
      devtools.send("Input.dispatchTouchEvent", { type, touchPoints: [...fingers] }),
    );
  }

  async hold(fingers: readonly Finger[]): Promise<void> {
    await this.#send("touchStart", fingers);
  }

  async slide(fingers: readonly Finger[]): Promise<void> {
    await this.#send("touchMove", fingers);
  }

  async lift(): Promise<void> {
    await this.#send("touchEnd", []);
  }
}
