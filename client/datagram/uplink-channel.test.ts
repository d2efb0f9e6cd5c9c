import assert from "node:assert/strict";
import { test } from "node:test";
import { SILENCE_MS, UplinkChannel } from "./uplink-channel.ts";

function following(): UplinkChannel {
  const uplink = new UplinkChannel();
  uplink.onChannelOpen();
  uplink.onSnapshot(0, 1, "datagram");
  return uplink;
}

test("inputs go by the channel that the newest snapshot came by", () => {
  const uplink = new UplinkChannel();
  assert.equal(uplink.channel(0), "websocket");
  uplink.onChannelOpen();
  uplink.onSnapshot(0, 1, "websocket");
  assert.equal(uplink.channel(0), "websocket", "an open channel is not yet a used one");
  uplink.onSnapshot(33, 2, "datagram");
  assert.equal(uplink.channel(33), "datagram");
  uplink.onSnapshot(66, 3, "websocket");
  assert.equal(uplink.channel(66), "websocket");
});

test("a bunch of old snapshots out of a WebSocket that stalled changes nothing", () => {
  const uplink = following();
  uplink.onSnapshot(10, 9, "datagram");
  for (const tick of [5, 6, 7, 8, 9]) uplink.onSnapshot(20, tick, "websocket");
  assert.equal(uplink.channel(20), "datagram");
});

test("a channel that fell silent is not used, before the server has said so", () => {
  const uplink = following();
  assert.equal(uplink.channel(SILENCE_MS - 1), "datagram");
  assert.equal(uplink.channel(SILENCE_MS), "websocket");
  uplink.onSnapshot(SILENCE_MS + 1, 2, "datagram");
  assert.equal(uplink.channel(SILENCE_MS + 1), "datagram");
});

test("a closed channel is never used, and another life of the seat begins on the WebSocket", () => {
  const uplink = following();
  uplink.onChannelClosed();
  assert.equal(uplink.channel(1), "websocket");
  const other = following();
  other.onSnapshot(1, 9_000, "datagram");
  other.restart();
  assert.equal(other.channel(2), "websocket");
  other.onSnapshot(3, 1, "datagram");
  assert.equal(other.channel(3), "datagram");
});
