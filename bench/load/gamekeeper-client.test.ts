import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { type WebSocket, WebSocketServer } from "ws";
import { encodeControl, FrameKind, frameKindOf } from "../../shared/netcode/index.ts";
import { GamekeeperClient } from "./gamekeeper-client.ts";

const SCENE = { tickHz: 30, roomSize: 2, movers: 0, halfSize: 20, sightRadius: 0 };
const HEADER_BYTES = 6;

/** A header without inputs or entities in it, and `body` after it. */
function snapshot(tick: number, body: readonly number[]): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + body.length);
  frame[0] = FrameKind.snapshot;
  frame.writeUInt32LE(tick, 2);
  frame.set(body, HEADER_BYTES);
  return frame;
}

test("a client takes a seat, answers in input frames, and finds snapshots that are missing or malformed", async () => {
  const http = createServer((request, response) => {
    assert.equal(request.headers.authorization, "Bearer t");
    response.end(JSON.stringify({ sessionId: "s", roomId: "r", processId: "p" }));
  });
  const sockets = new WebSocketServer({ server: http });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const connected = once(sockets, "connection") as Promise<[WebSocket, { url: string }]>;
  const client = new GamekeeperClient(SCENE, 0, { isSampled: true });
  const joined = client.join((http.address() as AddressInfo).port, { roomId: "r", ticket: "t" });
  const [peer, { url }] = await connected;
  assert.equal(url, "/p/r?sessionId=s&_authToken=t");
  peer.send(encodeControl({ type: "welcome", epoch: 0, capacity: 8, tickHz: 30, nextInput: 0 }));
  // No records: a count of zero, in one bit.
  peer.send(snapshot(4, [0]));
  await joined;
  assert.deepEqual(client.counters.faults, []);

  const answered = once(peer, "message") as Promise<[Buffer]>;
  client.sendInput();
  assert.equal(frameKindOf((await answered)[0]), FrameKind.input);

  peer.send(snapshot(6, [0]));
  peer.send(snapshot(7, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
  const pong = once(peer, "pong");
  peer.ping();
  await pong;
  assert.deepEqual(client.counters.faults, ["the snapshot of tick 6 came after that of 4", "a snapshot was malformed"]);
  peer.terminate();
  sockets.close();
  http.close();
});
