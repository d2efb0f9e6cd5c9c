// Datagrams between a real browser and our server: they open, they carry, they survive a gap, or they quietly do not come.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import {
  ATTEMPT_TIMEOUT_MS,
  type ClientDatagramChannel,
  type openDatagramChannel,
} from "../../client/datagram/index.ts";
import { endDespitePeers } from "../../server/transport/datagrams/testing/end-despite-peers.ts";
import { startUdpProxy } from "../network/index.ts";
import { launchChromium } from "../support/chromium.ts";
import { buildDatagramPage, type DatagramPage } from "../support/datagram-page.ts";
import { DatagramPort } from "../support/datagram-port.ts";
import { freeUdpPort } from "../support/ports.ts";
import { until } from "../support/until.ts";

const OPENINGS = 10;
/** What fits in a page without anybody noticing; bytes. */
const MAX_BUNDLE_BYTES = 8_192;

declare global {
  interface Window {
    datagram: { openDatagramChannel: typeof openDatagramChannel };
    channel: ClientDatagramChannel | undefined;
    /** How often each frame came back, by its second byte. */
    echoes: Record<number, number>;
  }
}

let browser: Browser;
let page: DatagramPage;

before(async () => {
  [browser, page] = await Promise.all([launchChromium(), buildDatagramPage()]);
});
after(() => browser?.close());

/** A page at this port, and everything that it complains about. */
async function visit(port: DatagramPort): Promise<{ tab: Page; complaints: string[] }> {
  const tab = await browser.newPage();
  const complaints: string[] = [];
  tab.on("console", (message) => complaints.push(message.text()));
  tab.on("pageerror", (error) => complaints.push(error.message));
  await tab.goto(port.url.replace("ws:", "http:"));
  return { tab, complaints };
}

/** Opens a channel on the page; how long it took, and whether it did. */
function openOn(tab: Page, port: DatagramPort, session: string): Promise<{ isOpen: boolean; ms: number }> {
  return tab.evaluate(
    async ([url, ticket]) => {
      const askedAt = performance.now();
      window.echoes = {};
      window.channel = await window.datagram.openDatagramChannel({ url, ticket });
      window.channel?.onFrame((frame) => {
        window.echoes[frame[1]!] = (window.echoes[frame[1]!] ?? 0) + 1;
      });
      return { isOpen: window.channel !== undefined, ms: performance.now() - askedAt };
    },
    [port.url, port.datagrams.issueTicket(session)] as const,
  );
}

test("our datagram client is a few kilobytes, and has nothing of Node's in it", (context) => {
  context.diagnostic(`${page.bytes} bytes, minified`);
  assert.ok(page.bytes < MAX_BUNDLE_BYTES, `${page.bytes} bytes`);
  assert.doesNotMatch(page.source, /node:|require\(/);
});

test("in Chromium the channel opens within a second of asking, every time", async (context) => {
  const port = await DatagramPort.open({}, page.html);
  const { tab, complaints } = await visit(port);
  const times: number[] = [];
  for (let opening = 0; opening < OPENINGS; opening++) {
    const { isOpen, ms } = await openOn(tab, port, `session-${opening}`);
    assert.ok(isOpen);
    times.push(ms);
  }
  times.sort((a, b) => a - b);
  context.diagnostic(`opened in ${times[OPENINGS / 2]!.toFixed(0)} ms (median), worst ${times.at(-1)!.toFixed(0)} ms`);
  assert.ok(times.at(-1)! < 1_000, `${times}`);
  assert.equal(port.requests.length, 2 * OPENINGS, "two requests each: none needed its second try");
  assert.deepEqual(complaints, []);
  await tab.close();
  await port.close();
});

test("62 frames a second go both ways between Chromium and the server", async () => {
  const port = await DatagramPort.open({}, page.html);
  const { tab } = await visit(port);
  await openOn(tab, port, "steady");
  await tab.evaluate(() => {
    let frame = 0;
    const timer = setInterval(() => {
      if (!window.channel?.send(new Uint8Array(60).fill(frame)) || ++frame === 62) clearInterval(timer);
    }, 16);
  });
  await tab.waitForFunction(() => Object.keys(window.echoes).length === 62);
  await tab.close();
  await port.close();
});

test("UDP that is cut and comes back needs no new channel", async () => {
  const udpPort = await freeUdpPort();
  const proxy = await startUdpProxy({ target: { port: udpPort }, profile: "lan", seed: 1 });
  const port = await DatagramPort.open({ port: udpPort, publicAddress: proxy.address }, page.html);
  const { tab } = await visit(port);
  await openOn(tab, port, "cut");
  const echoed = (byte: number) => tab.evaluate((at) => window.echoes[at] ?? 0, byte);
  const say = (byte: number) => tab.evaluate((at) => window.channel?.send(Uint8Array.of(1, at)), byte);
  await until("a frame is back", async () => (await say(1)) && (await echoed(1)) > 0);
  proxy.block();
  const { blackedOut } = proxy.counters().up;
  await until("frames are lost", async () => (await say(2)) && proxy.counters().up.blackedOut > blackedOut + 5);
  assert.equal(await echoed(2), 0);
  proxy.unblock();
  await until("frames are back", async () => (await say(3)) && (await echoed(3)) > 0);
  assert.equal(await tab.evaluate(() => window.channel?.isOpen), true);
  assert.equal(port.datagrams.stats.opened, 1);
  await tab.close();
  await port.close();
  await proxy.close();
});

test("with UDP blocked from the start nothing is opened, nothing is said, and nothing is left", async () => {
  const port = await DatagramPort.open({ publicAddress: { host: "127.0.0.1", port: await freeUdpPort() } }, page.html);
  const { tab, complaints } = await visit(port);
  const { isOpen, ms } = await openOn(tab, port, "blocked");
  assert.equal(isOpen, false);
  assert.ok(ms < 2 * ATTEMPT_TIMEOUT_MS + 1_000, `gave up after ${ms} ms`);
  assert.deepEqual(complaints, []);
  await until("the server has let go of it", () => port.datagrams.stats.connections === 0);
  assert.equal(port.requests.filter(({ path }) => path.endsWith("/connections")).length, 2, "one try and one more");
  await tab.close();
  await port.close();
});

test("a channel whose page is gone is closed on the server too", async () => {
  const port = await DatagramPort.open({}, page.html);
  const { tab } = await visit(port);
  await openOn(tab, port, "gone");
  await until("the server has it open", () => port.datagrams.stats.openChannels === 1);
  await tab.evaluate(() => window.channel?.close());
  await until("the server has noticed", () => port.datagrams.stats.openChannels === 0);
  await tab.close();
  await port.close();
});

endDespitePeers();
