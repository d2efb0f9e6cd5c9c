// `npm start` in a fresh copy of the repository: playable within a minute, light, and gone without a trace after Ctrl-C.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import type { Child } from "../support/child.ts";
import { launchChromium } from "../support/chromium.ts";
import { FreshCopy, type Started } from "../support/fresh-copy.ts";
import { GamePage } from "../support/game-page.ts";
import { isFree } from "../support/ports.ts";
import { commandOf, isAlive, memoryBytes, processTree } from "../support/process-tree.ts";
import { signIn } from "../support/seat.ts";
import { until } from "../support/until.ts";

const READY_WITHIN_MS = 60_000;
const MAX_MEMORY_BYTES = 1e9;
const MEGABYTE = 1e6;

let copy: FreshCopy;
let browser: Browser;
const deviceId = randomUUID();
let playerId: string;

before(async () => {
  browser = await launchChromium();
  copy = await FreshCopy.make();
});
after(async () => {
  await browser?.close();
  await copy?.remove();
});

test("npm start builds, prints its URLs and is playable within 60 s, in less than 1 GB; Ctrl-C ends all of it", async (t) => {
  const startedAt = performance.now();
  const started = await copy.start("data-a");
  t.after(() => endHard(started.child));
  await untilReady(started);
  const readyMs = performance.now() - startedAt;
  assert.ok(readyMs < READY_WITHIN_MS, `ready after ${readyMs} ms`);
  const game = await GamePage.join(browser, started.url);
  const playableMs = performance.now() - startedAt;
  assert.ok(playableMs < READY_WITHIN_MS, `playable after ${playableMs} ms`);
  await walk(game);

  const tree = processTree(started.child.pid);
  const bytes = memoryBytes(tree);
  t.diagnostic(
    `ready after ${(readyMs / 1000).toFixed(1)} s, playable after ${(playableMs / 1000).toFixed(1)} s, ` +
      `${(bytes / MEGABYTE).toFixed(0)} MB in ${tree.length} processes: ${tree.map(describe).join(", ")}`,
  );
  assert.ok(tree.length >= 4, "npm, start.ts, the platform and the game server are looked at");
  assert.ok(bytes > 50 * MEGABYTE && bytes < MAX_MEMORY_BYTES, `${bytes} bytes`);
  assert.deepEqual(game.problems, []);
  await game.close();

  playerId = (await signIn(started.url, deviceId)).playerId;
  await assertEndsClean(t, started, (child) => child.signalGroup("SIGINT"));
});

test("an interrupt that reaches npm alone, as from a supervisor, ends all of it too", async (t) => {
  const started = await copy.start("data-a");
  t.after(() => endHard(started.child));
  await untilReady(started);
  await assertEndsClean(t, started, (child) => child.signal("SIGINT"));
});

test("a second start keeps the accounts, and another copy runs beside it with accounts of its own", async (t) => {
  const first = await copy.start("data-a");
  t.after(() => endHard(first.child));
  const second = await copy.start("data-b", { isDirect: true });
  t.after(() => endHard(second.child));
  await Promise.all([untilReady(first), untilReady(second)]);
  assert.equal((await signIn(first.url, deviceId)).playerId, playerId);
  assert.notEqual((await signIn(second.url, deviceId)).playerId, playerId);
  const games = await Promise.all([GamePage.join(browser, first.url), GamePage.join(browser, second.url)]);
  for (const game of games) {
    await walk(game);
    await game.close();
  }
  await assertEndsClean(t, first, (child) => child.signalGroup("SIGINT"));
  assert.ok((await fetch(`${second.opsUrl}/readyz`)).ok, "the other copy does not mind");
  await assertEndsClean(t, second, (child) => child.signal("SIGINT"));
});

/** Resolves when the URL to play at has been printed, and the platform says that one can. */
async function untilReady({ child, url, opsUrl }: Started): Promise<void> {
  const printed = (line: string): string | undefined =>
    /^\s+Play\s/.test(line) && line.includes(url) ? line : undefined;
  await child.untilLine("the URL to play at", printed, READY_WITHIN_MS);
  assert.equal((await fetch(`${opsUrl}/readyz`)).status, 200);
}

/** Walks by keyboard until the server has moved the fighter. */
async function walk({ page }: GamePage): Promise<void> {
  const x = await page.evaluate(() => window.__gamekeeper?.session?.self?.x ?? 0);
  const key = x > 0 ? "KeyA" : "KeyD";
  await page.keyboard.down(key);
  await page.waitForFunction((from) => Math.abs((window.__gamekeeper?.session?.self?.x ?? from) - from) > 1, x);
  await page.keyboard.up(key);
}

function describe(pid: number): string {
  return `${commandOf(pid)} ${(memoryBytes([pid]) / MEGABYTE).toFixed(0)}`;
}

/** Interrupts, and expects a clean exit, no process left over and every port free. */
async function assertEndsClean(
  t: { diagnostic(message: string): void },
  { child, ports }: Started,
  interrupt: (child: Child) => void,
): Promise<void> {
  const tree = processTree(child.pid);
  const at = performance.now();
  interrupt(child);
  const exit = await until(`${child.name} to end after SIGINT`, () => !child.isRunning && child.exited);
  t.diagnostic(
    `${child.name} ended ${Math.round(performance.now() - at)} ms after SIGINT with ${JSON.stringify(exit)}`,
  );
  // npm may pass the interrupt on to its own caller, as every program does that a terminal interrupts.
  const isClean = exit.code === 0 || (child.name === "npm start" && exit.signal === "SIGINT");
  assert.ok(isClean, `${JSON.stringify(exit)}\n${child.lines.slice(-20).join("\n")}`);
  assert.deepEqual(tree.filter(isAlive), [], "processes are left over");
  for (const port of ports) assert.ok(await isFree(port), `port ${port} is still taken`);
}

/** After a failure: ends whatever of it still runs. */
async function endHard(child: Child): Promise<void> {
  for (const pid of processTree(child.pid).reverse()) process.kill(pid, "SIGKILL");
  await child.exited;
}
