import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ControlMessage, decodeControl, encodeControl } from "./control-frames.ts";

const MESSAGES: ControlMessage[] = [
  { type: "welcome", epoch: 3, capacity: 1024, tickHz: 30, nextInput: 2 ** 31 - 1 },
  { type: "channel-offer", ticket: "a-ticket" },
  { type: "channel-request" },
];

for (const message of MESSAGES) {
  test(`[CTL1] a ${message.type} arrives as it was sent`, () => {
    assert.deepEqual(decodeControl(encodeControl(message)), message);
  });
}

test("[CTL1] no bytes make the decoder throw, and rubbish is no message", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      decodeControl(Uint8Array.from([0xfc, ...bytes]));
    }),
  );
  for (const rubbish of [
    "",
    "null",
    "[]",
    "{}",
    '{"type":"welcome","epoch":-1,"capacity":4,"tickHz":30,"nextInput":0}',
    '{"type":"welcome","epoch":1,"capacity":4,"tickHz":30,"nextInput":2147483648}',
    '{"type":"welcome","epoch":1,"capacity":4,"tickHz":30}',
    '{"type":"channel-offer"}',
  ]) {
    assert.equal(decodeControl(Uint8Array.from([0xfc, ...new TextEncoder().encode(rubbish)])), undefined);
  }
});
