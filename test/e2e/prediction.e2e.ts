// A key and the frame that answers it, at 150 ms latency, in a real browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { GamePage } from "../support/game-page.ts";
import { setStage } from "../support/stage.ts";
import { until } from "../support/until.ts";

const LATENCY_MS = 150;
const PRESSES = 5;
/** More than rounding, less than the way of a frame. */
const MOVED_METRES = 0.005;

const stage = setStage();

/** What a key press showed. */
interface Answer {
  /** Frames that knew of the key, up to and with the first that drew the fighter elsewhere. */
  readonly frames: number;
  /** From the key to the beginning of that frame. */
  readonly ms: number;
}

test("with prediction on, at 150 ms latency, the first frame after a key goes down shows the fighter moved", async (t) => {
  const answers = await pressKeys(`latency=${LATENCY_MS}`);
  t.diagnostic(
    `answered in frame ${answers.map(({ frames }) => frames)} after ${answers.map(({ ms }) => Math.round(ms))} ms`,
  );
  for (const { frames, ms } of answers) {
    assert.equal(frames, 1);
    assert.ok(ms < LATENCY_MS, `${ms} ms is no faster than the network`);
  }
});

test("with prediction off, the fighter does not move before the round trip", async (t) => {
  const answers = await pressKeys(`latency=${LATENCY_MS}&prediction=0`);
  t.diagnostic(`answered after ${answers.map(({ ms }) => Math.round(ms))} ms`);
  for (const { ms } of answers) assert.ok(ms >= LATENCY_MS, `${ms} ms is faster than the network`);
});

/** Opens a page, presses a key several times, and reads from the page's frames when each was answered. */
async function pressKeys(query: string): Promise<Answer[]> {
  const game = await GamePage.join(stage.browser, stage.stack.platformUrl, { query });
  await until("the round trip to be the simulated one", () =>
    game.page.evaluate((least) => (window.__gamekeeper?.session?.stats.rttMs ?? 0) >= least, LATENCY_MS),
  );
  const { x } = await game.drawn(await game.sessionId());
  const answers: Answer[] = [];
  for (let press = 0; press < PRESSES; press++) {
    // Across the middle and back, away from the walls.
    const key = press % 2 === (x > 0 ? 0 : 1) ? "KeyA" : "KeyD";
    const idleSince = await untilStill(game);
    await game.page.keyboard.down(key);
    const answer = await until("the key to show", () => answerSince(game, idleSince));
    await game.page.keyboard.up(key);
    answers.push(answer);
  }
  assert.deepEqual(game.problems, []);
  await game.close();
  return answers;
}

/** Resolves when the fighter has stood in one place for several frames, with the time of the newest input event. */
function untilStill(game: GamePage): Promise<number> {
  return until("the fighter to stand", () =>
    game.page.evaluate(() => {
      const log = window.__gamekeeper?.frameLog.slice(-20) ?? [];
      const isStill = log.length === 20 && log.every(({ selfX }) => Math.abs(selfX - (log[0]?.selfX ?? 0)) < 1e-4);
      return isStill && log.at(-1)?.inputAt;
    }),
  );
}

/** How the key press after `idleSince` was answered; `undefined` while it is not. */
function answerSince(game: GamePage, idleSince: number): Promise<Answer | undefined> {
  return game.page.evaluate(
    ({ since, moved }) => {
      const log = window.__gamekeeper?.frameLog ?? [];
      const first = log.findIndex(({ inputAt }) => inputAt > since);
      const before = log[first - 1];
      if (!before) return undefined;
      const answer = log.findIndex(({ selfX }, index) => index >= first && Math.abs(selfX - before.selfX) > moved);
      const frame = log[answer];
      return frame && { frames: answer - first + 1, ms: frame.at - frame.inputAt };
    },
    { since: idleSince, moved: MOVED_METRES },
  );
}
