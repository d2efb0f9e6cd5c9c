// The codes of changed fields: exact both ways, priced exactly, and never worse than they could be.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BitReader } from "./bit-reader.ts";
import { BitWriter } from "./bit-writer.ts";
import { changeBits, changeOf, chooseCode, LENGTHS, readChange, unzigzag, writeChange, zigzag } from "./delta-code.ts";

test("[SNAP10] zigzag puts small changes of either sign first, and comes back", () => {
  assert.deepEqual([0, -1, 1, -2, 2].map(zigzag), [0, 1, 2, 3, 4]);
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 25), max: 2 ** 25 }), (change) => unzigzag(zigzag(change)) === change),
  );
});

test("[SNAP10] any change of any field reads back, in exactly the bits it was priced at", () => {
  const field = fc.tuple(fc.integer({ min: 1, max: 24 }), fc.boolean(), fc.boolean(), fc.nat(), fc.nat(), fc.nat());
  fc.assert(
    fc.property(field, ([bits, isAngle, isZeroShort, rawFrom, rawTo, rawWidth]) => {
      const from = rawFrom % 2 ** bits;
      const to = rawTo % 2 ** bits;
      const width = 1 + (rawWidth % bits);
      const code = zigzag(changeOf(from, to, bits, isAngle));
      const writer = new BitWriter(new Uint8Array(8));
      writeChange(writer, code, to, bits, width, isZeroShort);
      assert.equal(writer.position, changeBits(code, bits, width, isZeroShort));
      const reader = new BitReader(writer.written());
      assert.equal(readChange(reader, from, bits, isAngle, width, isZeroShort), to);
      assert.equal(reader.position, writer.position);
    }),
    { numRuns: 3000 },
  );
});

test("[SNAP10] the change of an angle goes the short way round", () => {
  assert.equal(changeOf(250, 3, 8, true), 9);
  assert.equal(changeOf(3, 250, 8, true), -9);
  assert.equal(changeOf(250, 3, 8, false), -247);
});

test("[SNAP14] a change that leads out of its field is refused", () => {
  const writer = new BitWriter(new Uint8Array(8));
  writeChange(writer, zigzag(-5), 0, 8, 6, false);
  assert.equal(readChange(new BitReader(writer.written()), 4, 8, false, 6, false), -1);
  assert.equal(readChange(new BitReader(writer.written()), 5, 8, false, 6, false), 0);
});

test("[SNAP10] the chosen code is the cheapest of all", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 16 }), fc.array(fc.nat(), { maxLength: 60 }), (bits, raw) => {
      const codes = raw.map((one) => zigzag((one % 2 ** (one % bits)) * (one % 3 === 0 ? -1 : 1)));
      const lengths = new Uint32Array(LENGTHS);
      for (const code of codes) lengths[32 - Math.clz32(code)]!++;
      const cost = (width: number, isZeroShort: boolean) =>
        codes.reduce((sum, code) => sum + changeBits(code, bits, width, isZeroShort), 0);
      const all = Array.from({ length: bits }, (_, index) => [cost(index + 1, true), cost(index + 1, false)]).flat();
      const choice = chooseCode(lengths, 0, bits);
      assert.equal(Math.floor(choice / 64), Math.min(...all));
      assert.equal(cost((choice % 64) >> 1, choice % 2 === 1), Math.min(...all));
    }),
  );
});
