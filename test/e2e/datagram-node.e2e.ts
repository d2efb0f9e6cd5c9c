// Datagrams between our client in Node and our server, over real UDP on loopback.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openDatagramChannel } from "../../client/datagram/index.ts";
import type { DatagramChannel } from "../../server/transport/datagrams/datagram-channel.ts";
import { endDespitePeers } from "../../server/transport/datagrams/testing/end-despite-peers.ts";
import { startUdpProxy } from "../network/index.ts";
import { DatagramPort } from "../support/datagram-port.ts";
import { freeUdpPort } from "../support/ports.ts";
import { until } from "../support/until.ts";

const OPENINGS = 40;
const FRAMES_A_SECOND = 62;

let port: DatagramPort;

before(async () => {
  port = await DatagramPort.open();
});
after(() => part(port));

/**
 * Ends a port when its clients have said goodbye. One whose last packets are lost repeats them for half a minute, as SCTP
 * does, and in Node the process lives as long.
 */
async function part(from: DatagramPort): Promise<void> {
  await until("the clients have gone", () => from.datagrams.stats.connections === 0);
  await from.close();
}

async function open(session: string, from = port) {
  const channel = await openDatagramChannel({ url: from.url, ticket: from.datagrams.issueTicket(session) });
  assert.ok(channel, "the channel did not open");
  return channel;
}

test("a channel opens within a second, and a frame comes back as it went", async (context) => {
  const times: number[] = [];
  for (let opening = 0; opening < OPENINGS; opening++) {
    const askedAt = performance.now();
    const channel = await open(`opening-${opening}`);
    times.push(performance.now() - askedAt);
    const echo = Promise.withResolvers<Uint8Array>();
    channel.onFrame(echo.resolve);
    channel.send(Uint8Array.of(0xfe, opening));
    assert.deepEqual([...(await echo.promise)], [0xfe, opening]);
    channel.close();
  }
  times.sort((a, b) => a - b);
  const [median, worst] = [times[OPENINGS / 2]!, times.at(-1)!];
  context.diagnostic(`opened in ${median.toFixed(0)} ms (median of ${OPENINGS}), worst ${worst.toFixed(0)} ms`);
  assert.ok(worst < 1_000, `${worst} ms`);
  const refused = port.requests.filter(({ status }) => status !== 200);
  assert.deepEqual(refused, [], "nothing was refused");
  assert.equal(port.requests.length, 2 * OPENINGS, "and nothing needed its second try");
});

test("62 frames a second each way arrive, whole and as they were sent", async () => {
  const channel = await open("steady");
  const echoed = new Map<number, number>();
  channel.onFrame((frame) => echoed.set(frame[1]!, frame.length));
  for (let frame = 0; frame < FRAMES_A_SECOND; frame++) {
    assert.equal(channel.send(new Uint8Array(10 + frame * 18).fill(frame)), true);
    await new Promise((resolve) => setTimeout(resolve, 1_000 / FRAMES_A_SECOND));
  }
  await until("every frame is back", () => echoed.size === FRAMES_A_SECOND);
  for (const [frame, length] of echoed) assert.equal(length, 10 + frame * 18);
  channel.close();
});

test("keep-alives are answered by the client itself, and the end is heard at both ends", async () => {
  const opening = Promise.withResolvers<DatagramChannel>();
  port.datagrams.onChannel((session, channel) => {
    if (session === "kept") opening.resolve(channel);
  });
  const channel = await open("kept");
  const frames: Uint8Array[] = [];
  channel.onFrame((frame) => frames.push(frame));
  const far = await opening.promise;
  const answered = new Promise<void>((resolve) => far.onKeepAlive(resolve));
  assert.equal(far.keepAlive(), true);
  await answered;
  assert.deepEqual(frames, []);
  const closed = Promise.all([
    new Promise<void>((resolve) => channel.onClose(resolve)),
    new Promise<void>((resolve) => far.onClose(resolve)),
  ]);
  port.datagrams.revoke("kept");
  await closed;
  assert.equal(channel.isOpen || far.isOpen, false);
  assert.equal(channel.send(Uint8Array.of(1)), false);
});

test("behind a public address, the client goes there and nowhere else", async () => {
  // The proxy is the way from outside; where it leads is known only when the port is open.
  const udpPort = await freeUdpPort();
  const proxy = await startUdpProxy({ target: { port: udpPort }, profile: "lan", seed: 1 });
  const behind = await DatagramPort.open({ port: udpPort, publicAddress: proxy.address });
  const channel = await open("outside", behind);
  const echo = new Promise<Uint8Array>((resolve) => channel.onFrame(resolve));
  assert.ok(channel.send(Uint8Array.of(1, 2, 3)));
  assert.deepEqual([...(await echo)], [1, 2, 3]);
  assert.equal(proxy.counters().clients, 1, "the client has no other way in");
  channel.close();
  await part(behind);
  await proxy.close();
});

endDespitePeers();
