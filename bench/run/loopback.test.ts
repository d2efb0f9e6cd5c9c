import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLoopbackCounts } from "./loopback.ts";

const HEAD = "Inter-|   Receive |  Transmit\n face |bytes    packets errs\n";

test("the loopback device's bytes and packets are read, whoever stands before it", () => {
  const text = `${HEAD}  eth0: 7 8 0\n    lo: 15265974523 97795474    0    0 0 0 0 0 15265974523 97795474\n`;
  assert.deepEqual(parseLoopbackCounts(text), { bytes: 15_265_974_523, packets: 97_795_474 });
});

test("without a loopback device there are no counts", () => {
  assert.equal(parseLoopbackCounts(`${HEAD}  eth0: 7 8 0\n`), undefined);
});
