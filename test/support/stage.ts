// What a browser test of the game stands on: Chromium, the page as it is built, and both processes.
import { after, before } from "node:test";
import type { Browser } from "playwright-core";
import { launchChromium } from "./chromium.ts";
import { GameStack, type GameStackOptions } from "./game-stack.ts";
import { buildWebClient } from "./web-build.ts";

/** There from the beginning of a file's first test to the end of its last. */
export interface Stage {
  readonly browser: Browser;
  readonly stack: GameStack;
}

/** Sets a stage for all tests of the file that calls it, outside of them, and clears it after them. */
export function setStage(options: GameStackOptions = {}): Stage {
  const stage = {} as { browser: Browser; stack: GameStack };
  before(async () => {
    stage.browser = await launchChromium();
    await buildWebClient();
    stage.stack = await GameStack.start(options);
  });
  after(async () => {
    await stage.browser?.close();
    await stage.stack?.stop();
  });
  return stage;
}
