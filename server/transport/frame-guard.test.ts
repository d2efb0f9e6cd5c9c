import assert from "node:assert/strict";
import { test } from "node:test";
import { InputDecoder, InputEncoder } from "@colyseus/schema/input";
import fc from "fast-check";
import { ArenaInput } from "../../shared/schema/arena/index.ts";
import { refuseFrame } from "./frame-guard.ts";
import { inputWireOf } from "./input-wire.ts";

const UNRELIABLE = 0x14;
const WIRE = inputWireOf(ArenaInput, false);
const FUZZ_FRAMES = Number(process.env["FUZZ_FRAMES"] ?? 20_000);

/** What the real SDK's encoder sends on its unreliable channel. */
function honestRing(inputs: number, historySize: number): Uint8Array {
  const input = new ArenaInput();
  const encoder = new InputEncoder(input, { mode: "unreliable", historySize });
  let packet = new Uint8Array();
  for (let count = 0; count < inputs; count++) {
    Object.assign(input, { moveX: (count % 3) - 1, aim: count / 10, fire: count % 2 === 0 });
    packet = new Uint8Array(encoder.encode());
  }
  return Uint8Array.from([UNRELIABLE, ...packet]);
}

test("what an honest SDK sends passes, at every ring size and sequence width", () => {
  for (const historySize of [1, 2, 4, 8, 16]) {
    for (const inputs of [1, 3, 40, 200, 300, 70_000]) {
      assert.equal(
        refuseFrame(honestRing(inputs, historySize), WIRE),
        undefined,
        `${inputs} inputs, history ${historySize}`,
      );
    }
  }
});

test("the frame that hangs Colyseus' decoder is refused", () => {
  assert.equal(refuseFrame(Uint8Array.from([0x14, 0x01, 0xff]), WIRE), "malformed");
});

test("the frame that makes Colyseus allocate four billion stamps is refused", () => {
  assert.equal(refuseFrame(Uint8Array.from([0x94, 0xce, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]), WIRE), "malformed");
});

test("what an honest SDK sends reliably passes, with a stamp and without", () => {
  const encoder = new InputEncoder(Object.assign(new ArenaInput(), { moveX: 1, aim: 2, fire: true }));
  const body = [...encoder.encode()];
  assert.equal(refuseFrame(Uint8Array.from([0x13, ...body]), WIRE), undefined);
  assert.equal(refuseFrame(Uint8Array.from([0x13]), WIRE), undefined, "a body-less input repeats the last");
  assert.equal(refuseFrame(Uint8Array.from([0x93, 0xcd, 0x10, 0x27, ...body]), WIRE), undefined);
});

test("an input with a field that the room did not declare, or cut short, is refused", () => {
  assert.equal(refuseFrame(Uint8Array.from([0x13, 0x84, 1]), WIRE), "malformed");
  assert.equal(refuseFrame(Uint8Array.from([0x13, 0xff, 1]), WIRE), "malformed");
  assert.equal(refuseFrame(Uint8Array.from([0x13, 0x82, 1, 2]), WIRE), "malformed");
  assert.equal(refuseFrame(Uint8Array.from([0x13, 0x80, 1]), undefined), "malformed");
});

test("codes that no client sends, nothing, and frames past their bound are refused", () => {
  assert.equal(refuseFrame(new Uint8Array(), WIRE), "malformed");
  for (const code of [0, 9, 11, 14, 15, 16, 22, 23, 31])
    assert.equal(refuseFrame(Uint8Array.from([code]), WIRE), "unknown_code");
  assert.equal(refuseFrame(new Uint8Array(4097).fill(13, 0, 1), WIRE), "too_large");
  assert.equal(refuseFrame(new Uint8Array(257).fill(19, 0, 1), WIRE), "too_large");
});

/**
 * Colyseus' ring decoder, watched: the reads that it would make past a bound count as a hang.
 */
function decodesWithin(frame: Uint8Array, maxInputs: number): boolean {
  const decoder = new InputDecoder(new ArenaInput());
  let inputs = 0;
  try {
    decoder.decodeAll(frame.subarray(1), () => {
      inputs += 1;
      if (inputs > maxInputs) throw new RangeError("hang");
    });
  } catch (error) {
    return !(error instanceof RangeError && error.message === "hang");
  }
  return true;
}

test(`no ring that passes the guard keeps the decoder longer than its slots (${FUZZ_FRAMES} mutated frames)`, () => {
  const ring = fc
    .tuple(
      fc.nat({ max: 40 }),
      fc.constantFrom(1, 4, 8),
      fc.array(fc.tuple(fc.nat({ max: 80 }), fc.nat({ max: 255 })), { maxLength: 6 }),
    )
    .map(([inputs, history, edits]) => {
      const frame = honestRing(inputs + 1, history);
      for (const [at, byte] of edits) if (at > 0 && at < frame.length) frame[at] = byte;
      return frame;
    });
  const random = fc.uint8Array({ maxLength: 64 }).map((bytes) => Uint8Array.from([UNRELIABLE, ...bytes]));
  fc.assert(
    fc.property(fc.oneof(ring, random), (frame) => refuseFrame(frame, WIRE) !== undefined || decodesWithin(frame, 32)),
    { numRuns: FUZZ_FRAMES },
  );
});
