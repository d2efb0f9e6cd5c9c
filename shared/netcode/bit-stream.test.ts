// Bit writer and bit reader: each undoes the other, and neither leaves its array.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BitReader } from "./bit-reader.ts";
import { BitWriter, varintBits } from "./bit-writer.ts";

type Item = { kind: "unsigned" | "signed" | "varint"; value: number; bits: number };

const item: fc.Arbitrary<Item> = fc
  .tuple(fc.constantFrom("unsigned", "signed", "varint"), fc.integer({ min: 1, max: 32 }), fc.maxSafeNat())
  .map(([kind, bits, raw]) => {
    if (kind === "varint") return { kind, value: raw % 2 ** bits, bits: 1 + (raw % 16) };
    if (kind === "signed") return { kind, value: (raw % 2 ** bits) - 2 ** (bits - 1), bits };
    return { kind, value: raw % 2 ** bits, bits };
  });

function put(writer: BitWriter, { kind, value, bits }: Item): void {
  if (kind === "varint") writer.writeVarint(value, bits);
  else if (kind === "signed") writer.writeSigned(value, bits);
  else writer.write(value, bits);
}

function get(reader: BitReader, { kind, bits }: Item): number {
  if (kind === "varint") return reader.readVarint(bits);
  return kind === "signed" ? reader.readSigned(bits) : reader.read(bits);
}

test("[BIT1] bits go lowest first into the lowest bit of the lowest byte", () => {
  const writer = new BitWriter(new Uint8Array(8));
  writer.write(0b1, 1);
  writer.write(0b010, 3);
  writer.write(0x12345678, 32);
  writer.writeSigned(-2, 4);
  assert.deepEqual([...writer.written()], [0x85, 0x67, 0x45, 0x23, 0xe1]);
});

test("[BIT2] any sequence of unsigned, signed and varint numbers reads back as written", () => {
  fc.assert(
    fc.property(fc.array(item, { maxLength: 60 }), (items) => {
      const writer = new BitWriter(new Uint8Array(1024));
      for (const one of items) put(writer, one);
      assert.equal(writer.overflowed, false);
      const reader = new BitReader(writer.written().slice());
      for (const one of items) assert.equal(get(reader, one), one.value);
      assert.equal(reader.isAtEnd(), true);
    }),
    { numRuns: 500 },
  );
});

test("[BIT3] a varint spends one bit on zero and otherwise one bit a group more than its groups", () => {
  const writer = new BitWriter(new Uint8Array(64));
  for (const [value, groupBits, bits] of [
    [0, 5, 1],
    [1, 1, 3],
    [31, 5, 7],
    [32, 5, 13],
    [0xffffffff, 8, 37],
  ] as const) {
    const before = writer.position;
    writer.writeVarint(value, groupBits);
    assert.equal(writer.position - before, bits);
    assert.equal(varintBits(value, groupBits), bits);
  }
});

test("[BIT4] a write past the end is refused and leaves what was there", () => {
  const bytes = new Uint8Array(3).fill(0xaa);
  const writer = new BitWriter(bytes.subarray(0, 2));
  writer.write(0x7ff, 11);
  writer.write(0x3f, 6);
  assert.equal(writer.overflowed, true);
  writer.write(1, 1);
  assert.equal(writer.position, 11);
  assert.equal(bytes[2], 0xaa);
  writer.finish();
  assert.deepEqual([...bytes], [0xff, 0x07, 0xaa]);
});

test("[BIT4] a read past the end gives 0 for ever and does not move the end", () => {
  const reader = new BitReader(Uint8Array.of(0xff, 0xff));
  assert.equal(reader.read(12), 0xfff);
  assert.equal(reader.read(5), 0);
  assert.equal(reader.overflowed, true);
  assert.equal(reader.read(1), 0);
  assert.equal(reader.remainingBits, 0);
  assert.equal(reader.isAtEnd(), false);
});

test("[BIT3] a varint of more than 32 bits is an overflow", () => {
  const reader = new BitReader(new Uint8Array(32).fill(0xff));
  for (const groupBits of [1, 3, 5, 7, 8, 16]) {
    reader.reset(new Uint8Array(32).fill(0xff));
    assert.equal(reader.readVarint(groupBits), 0);
    assert.equal(reader.overflowed, true);
  }
});

test("[BIT5] padding that is not zero, and bytes left over, are not an end", () => {
  const reader = new BitReader(Uint8Array.of(0x0f));
  reader.read(3);
  assert.equal(reader.isAtEnd(), false);
  reader.reset(Uint8Array.of(0x0f, 0));
  reader.read(8);
  assert.equal(reader.isAtEnd(), false);
  reader.reset(Uint8Array.of(0x07));
  reader.read(3);
  assert.equal(reader.isAtEnd(), true);
});

test("rewind forgets what came after the mark, and an overflow with it", () => {
  fc.assert(
    fc.property(fc.array(item, { maxLength: 20 }), fc.array(item, { maxLength: 80 }), item, (kept, dropped, last) => {
      const writer = new BitWriter(new Uint8Array(256));
      for (const one of kept) put(writer, one);
      const mark = writer.position;
      for (const one of dropped) put(writer, one);
      writer.rewind(mark);
      put(writer, last);
      const plain = new BitWriter(new Uint8Array(256));
      for (const one of [...kept, last]) put(plain, one);
      assert.deepEqual([...writer.written()], [...plain.written()]);
    }),
    { numRuns: 300 },
  );
});

test("[BIT1] what is appended from another stream, from any bit on, is what writing it bit by bit gives", () => {
  const bits = fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(bits, fc.nat(40), fc.nat(299), fc.nat(300), (source, before, from, length) => {
      const start = Math.min(from, source.length - 1);
      const count = Math.min(length, source.length - start);
      const [other, writer, expected] = Array.from({ length: 3 }, () => new BitWriter(new Uint8Array(64)));
      for (const bit of source) other!.write(bit, 1);
      const words = new Int32Array(11);
      other!.copyWords(words, 0);
      for (const one of [writer!, expected!]) for (let bit = 0; bit < before; bit++) one.write(bit, 1);
      writer!.append(words, start, count);
      for (const bit of source.slice(start, start + count)) expected!.write(bit, 1);
      for (const one of [writer!, expected!]) one.write(0b101, 3);
      assert.deepEqual(writer!.written(), expected!.written());
    }),
  );
  const full = new BitWriter(new Uint8Array(4));
  full.append(Int32Array.of(-1, -1), 0, 33);
  assert.deepEqual([full.overflowed, full.position], [true, 0]);
});
