import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { createMetrics } from "../ops/metrics.ts";
import type { DatagramMode } from "./datagrams/channel-policy.ts";
import type { DatagramChannel } from "./datagrams/datagram-channel.ts";
import { HybridClient } from "./hybrid-client.ts";
import type { LeanWebSocket } from "./websocket/lean-web-socket.ts";

/** A socket that keeps what it is given. */
class KeptSocket extends EventEmitter {
  readonly frames: Uint8Array[] = [];
  heardMs = 0;

  send(frame: Uint8Array): void {
    this.frames.push(frame);
  }
}

const metrics = createMetrics({ rooms: () => ({}), clients: () => 0, load: () => 0 });

/** A client of a game at 30 Hz; without `issueTicket` there are no datagrams to be had. */
function clientOn(socket: KeptSocket, mode: DatagramMode, issueTicket: (() => string) | undefined): HybridClient {
  return new HybridClient({
    sessionId: "s",
    socket: socket as unknown as LeanWebSocket,
    metrics,
    mode,
    tickHz: 30,
    issueTicket,
  });
}

test("what may be dropped is not dropped on a client that has only its WebSocket", () => {
  const socket = new KeptSocket();
  const client = clientOn(socket, "always", undefined);
  client.rawUnreliable(new Uint8Array([7]));
  client.link.sendFast(new Uint8Array([8]), 1);
  assert.deepEqual(
    socket.frames.map((frame) => [...frame]),
    [[7], [8]],
  );
});

test("a frame that the data channel cannot take now is lost, not piled onto the WebSocket", () => {
  const socket = new KeptSocket();
  const client = clientOn(socket, "always", () => "ticket");
  const sent: number[] = [];
  let isFull = false;
  const channel: DatagramChannel = {
    isOpen: true,
    bufferedBytes: 0,
    send: (frame) => {
      if (!isFull) sent.push(frame[0]!);
      return !isFull;
    },
    keepAlive: () => true,
    close: () => undefined,
    onFrame: () => undefined,
    onKeepAlive: () => undefined,
    onClose: () => undefined,
  };
  client.link.attach(channel, () => undefined);
  client.link.sendFast(new Uint8Array([1]), 1);
  isFull = true;
  client.link.sendFast(new Uint8Array([2]), 2);
  isFull = false;
  client.link.sendFast(new Uint8Array([3]), 3);
  assert.deepEqual(sent, [1, 3]);
  assert.deepEqual(socket.frames, [], "nothing went by the WebSocket");
});

test("whoever is heard by either channel lives, though its WebSocket answers no ping", () => {
  const socket = new KeptSocket();
  const client = clientOn(socket, "auto", () => "ticket");
  let hear: (frame: Uint8Array) => void = () => undefined;
  let answerKeepAlive = (): void => undefined;
  const channel: DatagramChannel = {
    isOpen: true,
    bufferedBytes: 0,
    send: () => true,
    keepAlive: () => true,
    close: () => undefined,
    onFrame: (listener) => {
      hear = listener;
    },
    onKeepAlive: (listener) => {
      answerKeepAlive = listener;
    },
    onClose: () => undefined,
  };
  client.link.attach(channel, () => undefined);
  for (const sign of [
    () => hear(new Uint8Array([1])),
    () => answerKeepAlive(),
    () => client.link.onHeard("websocket"),
  ]) {
    socket.heardMs = 0;
    sign();
    assert.ok(socket.heardMs > 0);
  }
});
