// The arena in a real browser over two channels: datagrams open, are cut in mid-match and return, or never come at all.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { startUdpProxy, type UdpProxy } from "../network/index.ts";
import { launchChromium } from "../support/chromium.ts";
import { GamePage } from "../support/game-page.ts";
import { GameStack } from "../support/game-stack.ts";
import { freePorts } from "../support/ports.ts";
import { until } from "../support/until.ts";
import { buildWebClient } from "../support/web-build.ts";

/** From joining to the first snapshot by datagram. */
const OPEN_WITHIN_MS = 1_000;
/** Without anything new for longer than this, a player sees a stall. */
const STALL_MS = 250;

let browser: Browser;
let udp: UdpProxy;
let stack: GameStack;

before(async () => {
  browser = await launchChromium();
  await buildWebClient();
  const [port] = await freePorts(1);
  udp = await startUdpProxy({ target: { port: port! }, profile: "lan", seed: 1 });
  stack = await GameStack.start({
    gameEnvironment: {
      DATAGRAMS: "always",
      UDP_PORT: String(port),
      UDP_PUBLIC_ADDRESS: `127.0.0.1:${udp.address.port}`,
    },
  });
});
after(async () => {
  await browser?.close();
  await stack?.stop();
  await udp?.close();
});

/** Watches a page's newest tick, frame by frame: the longest time without a newer one, and the channels that brought them. */
async function watch(game: GamePage): Promise<() => Promise<{ longestMs: number; channels: string[] }>> {
  await game.page.evaluate(() => {
    const seen = { tick: 0, at: performance.now(), longestMs: 0, channels: [] as string[] };
    Object.assign(window, { __seen: seen });
    const look = (): void => {
      const stats = window.__gamekeeper?.session?.stats;
      const now = performance.now();
      if (stats && stats.tick > seen.tick) {
        if (seen.tick > 0) seen.longestMs = Math.max(seen.longestMs, now - seen.at);
        Object.assign(seen, { tick: stats.tick, at: now });
        if (seen.channels.at(-1) !== stats.channels.state) seen.channels.push(stats.channels.state);
      }
      setTimeout(look, 5);
    };
    look();
  });
  return () =>
    game.page.evaluate(() => (window as unknown as { __seen: { longestMs: number; channels: string[] } }).__seen);
}

const untilChannel = (game: GamePage, channel: string, timeout = 20_000) =>
  game.page.waitForFunction((wanted) => window.__gamekeeper?.session?.stats.channels.state === wanted, channel, {
    polling: 20,
    timeout,
  });

test("the channel opens within a second of joining, and fast traffic goes by it both ways", async (t) => {
  const game = await GamePage.join(browser, stack.platformUrl);
  const joinedAt = performance.now();
  await untilChannel(game, "datagram", OPEN_WITHIN_MS);
  t.diagnostic(`by datagram ${Math.round(performance.now() - joinedAt)} ms after the fighter was drawn`);
  await game.page.waitForFunction(() => window.__gamekeeper?.session?.stats.channels.input === "datagram");
  await game.picture("datagram-net-graph");
  assert.deepEqual(game.problems, []);
  await game.close();
});

/** A machine that pauses falls silent too, and then a channel changes once more: it takes this many cuts in a row to fail. */
const CUTS = 3;

test("UDP cut in mid-match and restored: no stall to be seen, and the net graph says which channel carries what", async (t) => {
  const expected = ["datagram", "websocket", "datagram"];
  for (let left = CUTS - 1; left >= 0; left--) {
    const { longestMs, channels } = await cutAndRestore();
    t.diagnostic(
      `longest time without a newer snapshot: ${Math.round(longestMs)} ms; channels: ${channels.join(", ")}`,
    );
    if (left > 0 && (longestMs >= STALL_MS || channels.join() !== expected.join())) continue;
    assert.ok(longestMs < STALL_MS, `${longestMs} ms without anything new`);
    assert.deepEqual(channels, expected);
    return;
  }
});

/** Plays, cuts UDP, restores it, and says what the page saw from its first datagram on. */
async function cutAndRestore(): Promise<{ longestMs: number; channels: string[] }> {
  const game = await GamePage.join(browser, stack.platformUrl);
  await untilChannel(game, "datagram");
  const seen = await watch(game);
  /** The watch looks at its own pace, so what the page says is not yet what the watch has written down. */
  const untilSeenOn = (channel: string) =>
    until(`the watch to have seen a snapshot by ${channel}`, async () => (await seen()).channels.at(-1) === channel);
  await untilSeenOn("datagram");
  udp.block();
  await untilChannel(game, "websocket", 5_000);
  await untilSeenOn("websocket");
  await game.page.keyboard.down("KeyD");
  await game.page.waitForTimeout(500);
  await game.page.keyboard.up("KeyD");
  udp.unblock();
  await untilChannel(game, "datagram", 30_000);
  await untilSeenOn("datagram");
  const { longestMs, channels } = await seen();
  await game.close();
  return { longestMs, channels: channels.slice(channels.indexOf("datagram")) };
}

test("with UDP blocked from the start, the page plays over its WebSocket and shows no error", async () => {
  udp.block();
  const game = await GamePage.join(browser, stack.platformUrl);
  const id = await game.sessionId();
  const from = await game.drawn(id);
  await game.page.keyboard.down(from.x > 0 ? "KeyA" : "KeyD");
  await game.untilDrawnAway(id, "x", from, 3);
  assert.equal(await game.page.evaluate(() => window.__gamekeeper?.session?.stats.channels.state), "websocket");
  assert.deepEqual(game.problems, []);
  await game.close();
  udp.unblock();
});
