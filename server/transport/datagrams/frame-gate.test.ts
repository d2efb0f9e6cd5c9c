import assert from "node:assert/strict";
import { test } from "node:test";
import { KEEP_ALIVE_BYTE, MAX_RECEIVED_BYTES } from "./datagram-channel.ts";
import { FrameGate, MAX_DROPPED_FRAMES, MAX_FRAMES_A_SECOND } from "./frame-gate.ts";

const FRAME = Uint8Array.of(0xfe, 1);

test("binary frames pass, keep-alives are told apart, and everything else is named", () => {
  const gate = new FrameGate();
  assert.equal(gate.judge(FRAME, 0), "frame");
  assert.equal(gate.judge(Uint8Array.of(KEEP_ALIVE_BYTE), 0), "keep-alive");
  assert.equal(gate.judge(Uint8Array.of(KEEP_ALIVE_BYTE, 0x7b), 0), "frame");
  assert.equal(gate.judge('{"disconnect":"x"}', 0), "text");
  assert.equal(gate.judge("null", 0), "text");
  assert.equal(gate.judge(new Uint8Array(), 0), "empty");
  assert.equal(gate.judge(new Uint8Array(MAX_RECEIVED_BYTES), 0), "frame");
  assert.equal(gate.judge(new Uint8Array(MAX_RECEIVED_BYTES + 1), 0), "too_large");
});

test("frames past the rate of a second are dropped, and the next second begins anew", () => {
  const gate = new FrameGate();
  for (let frame = 0; frame < MAX_FRAMES_A_SECOND; frame++) assert.equal(gate.judge(FRAME, 5), "frame");
  assert.equal(gate.judge(FRAME, 1_004), "too_fast");
  assert.equal(gate.judge(FRAME, 1_005), "frame");
});

test("a channel that has had too much dropped is exhausted, and one mishap does not do it", () => {
  const gate = new FrameGate();
  for (let frame = 1; frame < MAX_DROPPED_FRAMES; frame++) gate.judge("text", frame * 1_000);
  assert.equal(gate.isExhausted, false);
  gate.judge("text", 0);
  assert.equal(gate.isExhausted, true);
});
