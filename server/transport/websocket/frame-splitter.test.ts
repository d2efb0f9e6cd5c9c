import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameSplitter } from "./frame-splitter.ts";

/** A frame as a client sends it. */
function frame(first: number, payload: Buffer, mask: readonly number[] | null = [1, 2, 3, 4]): Buffer {
  const masked = mask ? 0x80 : 0;
  const header =
    payload.length < 126
      ? [first, masked | payload.length]
      : payload.length <= 0xffff
        ? [first, masked | 126, payload.length >> 8, payload.length & 0xff]
        : [first, masked | 127, 0, 0, 0, 0, ...uint32(payload.length)];
  const body = Buffer.from(payload);
  if (mask) for (let index = 0; index < body.length; index++) body[index] = body[index]! ^ mask[index & 3]!;
  return Buffer.concat([Buffer.from(header), Buffer.from(mask ?? []), body]);
}

function uint32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

/** Everything that came out, in order; neighbouring rests are one. */
function split(chunks: readonly Buffer[]): [kind: "message" | "rest", bytes: string][] {
  const out: ["message" | "rest", string][] = [];
  const splitter = new FrameSplitter({
    onMessage: (bytes) => out.push(["message", bytes.toString("hex")]),
    onRest: (bytes) => {
      const last = out.at(-1);
      if (last?.[0] === "rest") last[1] += bytes.toString("hex");
      else out.push(["rest", bytes.toString("hex")]);
    },
  });
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  return out;
}

const small = Buffer.from("a small message");

test("a small binary message comes out whole and unmasked", () => {
  assert.deepEqual(split([frame(0x82, small)]), [["message", small.toString("hex")]]);
  assert.deepEqual(split([frame(0x82, Buffer.alloc(0))]), [["message", ""]]);
});

for (const [what, other] of Object.entries({
  "a text message": frame(0x81, small),
  "a ping": frame(0x89, small),
  "a long message": frame(0x82, Buffer.alloc(126, 7)),
  "a very long message": frame(0x82, Buffer.alloc(70_000, 7)),
  "a message without a mask": frame(0x82, small, null),
  "a message with a reserved bit": frame(0xc2, small),
  "an unknown opcode": frame(0x83, small),
})) {
  test(`${what} goes to the library as it is, and what follows it is read again`, () => {
    assert.deepEqual(split([other, frame(0x82, small)]), [
      ["rest", other.toString("hex")],
      ["message", small.toString("hex")],
    ]);
  });
}

test("between the fragments of a message every message is the library's, so that it can object", () => {
  const bytes = [frame(0x02, small), frame(0x89, small), frame(0x82, small), frame(0x80, small), frame(0x82, small)];
  assert.deepEqual(split(bytes.slice(0, 3)), [["rest", Buffer.concat(bytes.slice(0, 3)).toString("hex")]]);
  const whole = [bytes[0]!, bytes[1]!, bytes[3]!];
  assert.deepEqual(split([...whole, bytes[4]!]), [
    ["rest", Buffer.concat(whole).toString("hex")],
    ["message", small.toString("hex")],
  ]);
});

test("after a close frame nothing is a message", () => {
  const bytes = [frame(0x88, Buffer.from([3, 232])), frame(0x82, small), frame(0x82, small).subarray(0, 3)];
  assert.deepEqual(split(bytes), [["rest", Buffer.concat(bytes).toString("hex")]]);
});

test("a length of 2^63 is the library's to refuse, and nothing of it is held back", () => {
  const bytes = Buffer.from([0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5]);
  assert.deepEqual(split([bytes, small]), [["rest", Buffer.concat([bytes, small]).toString("hex")]]);
});

const anyFrame = fc
  .record({
    first: fc.constantFrom(0x82, 0x82, 0x82, 0x81, 0x89, 0x8a, 0x02, 0x00, 0x80, 0xc2, 0x93),
    length: fc.oneof({ weight: 4, arbitrary: fc.nat(130) }, fc.constantFrom(125, 126, 127, 65_535, 65_536)),
    fill: fc.nat(255),
    mask: fc.option(fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }), { nil: null }),
  })
  .map(({ first, length, fill, mask }) => frame(first, Buffer.alloc(length, fill), mask));

test("however the stream is cut into chunks, the same comes out", () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 12 }), fc.array(fc.nat(200), { maxLength: 40 }), (frames, cuts) => {
      const stream = Buffer.concat(frames);
      const chunks: Buffer[] = [];
      let at = 0;
      for (const cut of cuts) {
        chunks.push(stream.subarray(at, at + cut));
        at += cut;
      }
      chunks.push(stream.subarray(at));
      assert.deepEqual(split(chunks), split([stream]));
    }),
  );
});
