// Lists of ids: exact both ways, and in the group width that costs least.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BitReader } from "./bit-reader.ts";
import { BitWriter } from "./bit-writer.ts";
import { IdGaps, readGap, writeGap } from "./id-list.ts";

function written(ids: number[], groupBits: number): BitWriter {
  const writer = new BitWriter(new Uint8Array(8192));
  ids.forEach((id, index) => {
    writeGap(writer, id, ids[index - 1] ?? -1, groupBits);
  });
  return writer;
}

test("[SNAP8] any ascending list reads back, costs what was counted, and no other width costs less", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 16383 }), { maxLength: 200 }), (list) => {
      const ids = list.sort((a, b) => a - b);
      const gaps = new IdGaps();
      for (const id of ids) gaps.add(id);
      const bits = gaps.choose();
      const writer = written(ids, gaps.groupBits);
      assert.equal(writer.position, bits);
      for (let groupBits = 1; groupBits <= 8; groupBits++) assert.ok(written(ids, groupBits).position >= bits);
      const reader = new BitReader(writer.written());
      let previous = -1;
      for (const id of ids) {
        previous = readGap(reader, previous, gaps.groupBits);
        assert.equal(previous, id);
      }
    }),
  );
});

test("[SNAP8] consecutive ids cost one bit each", () => {
  const gaps = new IdGaps();
  for (let id = 0; id < 60; id++) gaps.add(id);
  assert.equal(gaps.choose(), 60);
});
