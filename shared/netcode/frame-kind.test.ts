// The first byte never collides with Colyseus' own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Protocol, ProtocolModifier } from "@colyseus/core";
import { FrameKind, frameKindOf } from "./frame-kind.ts";

/** Colyseus keeps its codes in the low five bits of the first byte. */
const PROTOCOL_CODE_MASK = 0x1f;

test("[FRM1] no frame of ours can be read as a Colyseus code, whatever modifiers it has", () => {
  const codes = new Set<number>(Object.values(Protocol));
  for (const kind of Object.values(FrameKind)) {
    assert.equal(codes.has(kind & PROTOCOL_CODE_MASK), false);
    assert.equal(codes.has(kind), false);
    const both = ProtocolModifier.TIMED | ProtocolModifier.UNRELIABLE;
    assert.equal(kind & both, both);
  }
});

test("[FRM1] no Colyseus frame, JSON text or empty frame is taken for one of ours", () => {
  for (const code of Object.values(Protocol)) {
    for (const modifier of [0, ProtocolModifier.TIMED, ProtocolModifier.UNRELIABLE]) {
      assert.equal(frameKindOf(Uint8Array.of(code | modifier, 1, 2)), undefined);
    }
  }
  for (const text of ['{"disconnect":"x"}', "[]", "0", "ü", "𝄞"]) {
    assert.equal(frameKindOf(new TextEncoder().encode(text)), undefined);
  }
  assert.equal(frameKindOf(new Uint8Array(0)), undefined);
  assert.equal(frameKindOf(Uint8Array.of(FrameKind.input, 0)), FrameKind.input);
});
