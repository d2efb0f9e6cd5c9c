import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { type WebSocket, WebSocketServer } from "ws";
import { EchoClient } from "./echo-client.ts";

/** A client that has joined a real WebSocket server, and the server's end of it. */
async function joined(): Promise<{ client: EchoClient; peer: WebSocket; close: () => void }> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const connected = once(server, "connection") as Promise<[WebSocket]>;
  const client = new EchoClient();
  await client.join((server.address() as AddressInfo).port);
  const [peer] = await connected;
  client.counters.reset(false);
  return {
    client,
    peer,
    close: () => {
      peer.terminate();
      server.close();
    },
  };
}

function tickFrame(confirmed: number, tick: number, bytes = 8): Buffer {
  const frame = Buffer.alloc(bytes);
  frame.writeUInt32LE(confirmed, 0);
  frame.writeUInt32LE(tick, 4);
  return frame;
}

/** Sends frames and a ping, whose answer comes after they were read. */
async function deliver(peer: WebSocket, frames: readonly Buffer[]): Promise<void> {
  for (const frame of frames) peer.send(frame);
  const answered = once(peer, "pong");
  peer.ping();
  await answered;
}

test("inputs reach a WebSocket server whole, and its frames are counted however they are cut", async () => {
  const { client, peer, close } = await joined();
  const arrived = once(peer, "message") as Promise<[Buffer]>;
  client.sendInput();
  assert.equal((await arrived)[0].readUInt32LE(0), 1);
  await deliver(peer, [tickFrame(0, 1), tickFrame(1, 2, 125), tickFrame(1, 3, 126), tickFrame(1, 4, 200_000)]);
  assert.deepEqual(client.counters.faults, []);
  assert.equal(client.counters.snapshots, 4);
  assert.equal(client.counters.snapshotBytes, 8 + 125 + 126 + 200_000);
  close();
});

test("a tick that is missing, a short frame and an input that was never sent are faults", async () => {
  const { client, peer, close } = await joined();
  await deliver(peer, [tickFrame(0, 1), tickFrame(0, 3)]);
  assert.match(client.counters.faults[0] ?? "", /tick 3 came after 1/);
  await deliver(peer, [Buffer.alloc(3)]);
  assert.match(client.counters.faults[1] ?? "", /3 bytes/);
  await deliver(peer, [tickFrame(9, 4)]);
  assert.match(client.counters.faults[2] ?? "", /input 9 was never sent/);
  close();
});
