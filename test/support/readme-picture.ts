// Takes the picture of README.md: a lively arena with the net graph open. Run: node test/support/readme-picture.ts
import { statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launchChromium } from "./chromium.ts";
import { GamePage } from "./game-page.ts";
import { GameStack, REPOSITORY } from "./game-stack.ts";
import { until } from "./until.ts";
import { buildWebClient } from "./web-build.ts";

const PICTURE = join(REPOSITORY, "docs", "images", "arena.png");
const FIGHTERS = 14;
/** So near is a fight. */
const NEAR_METRES = 9;
const MAX_BYTES = 500_000;

const browser = await launchChromium();
await buildWebClient();
const stack = await GameStack.start({ fighters: FIGHTERS });
try {
  const query = "quality=high&latency=60&jitter=8&ghost=0";
  const game = await GamePage.join(browser, stack.platformUrl, { width: 1280, height: 800, query });
  await game.page.mouse.move(600, 330);
  await game.page.mouse.down();
  // A fight in sight, some time after the join, when the plots have something to show.
  await until(
    "a lively moment",
    async () => {
      const target = await nearest(game);
      if (target) await game.aimAt(target.id);
      return target !== undefined && target.near >= 3 && target.frames > 200;
    },
    120_000,
  );
  await mkdir(join(PICTURE, ".."), { recursive: true });
  await game.page.screenshot({ path: PICTURE });
  await game.page.mouse.up();
  process.stdout.write(`${PICTURE}: ${statSync(PICTURE).size} of at most ${MAX_BYTES} bytes\n`);
} finally {
  await browser.close();
  await stack.stop();
}

/** The nearest other fighter that can be hurt, and how many are near. */
function nearest({ page }: GamePage): Promise<{ id: string; near: number; frames: number } | undefined> {
  return page.evaluate((nearMetres) => {
    const hook = window.__gamekeeper;
    const self = hook?.session?.self;
    if (!hook?.session || !self?.isAlive) return undefined;
    const others = [...hook.session.room.state.players]
      .filter(([, player]) => player !== self && player.isAlive)
      .map(([id, player]) => ({ id, metres: Math.hypot(player.x - self.x, player.y - self.y) }))
      .sort((a, b) => a.metres - b.metres);
    const near = others.filter(({ metres }) => metres < nearMetres).length;
    return others[0] && { id: others[0].id, near, frames: hook.frames };
  }, NEAR_METRES);
}
