import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeEnvelope, encodeMatchJoin, matchDataFrame } from "./nakama-wire.ts";

// Made with nakama-common 1.47.0's own Go types and google.golang.org/protobuf.
const JOIN = "82012c0a2a33663162396635652d376133632d346636372d396135372d3063316432653366346135622e62656e6368";
const SEND =
  "7a3a0a2a33663162396635652d376133632d346636372d396135372d3063316432653366346135622e62656e636810011a0801020304050607082801";
const DATA = `72a9020a2a33663162396635652d376133632d346636372d396135372d3063316432653366346135622e62656e636818ac0222f501${"5a".repeat(245)}2801`;
const ERROR = "5a130804120f4d61746368206e6f7420666f756e64";
const MATCH = "62300a2a33663162396635652d376133632d346636372d396135372d3063316432653366346135622e62656e636810012003";
const MATCH_ID = "3f1b9f5e-7a3c-4f67-9a57-0c1d2e3f4a5b.bench";

test("a join and match data are encoded as Nakama's own types are", () => {
  assert.equal(encodeMatchJoin(MATCH_ID).toString("hex"), JOIN);
  const { frame, data } = matchDataFrame(MATCH_ID, 1, 8);
  data.set([1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal(frame.toString("hex"), SEND);
});

test("match data, a joined match and an error are told apart", () => {
  const decode = (hex: string) => decodeEnvelope(Buffer.from(hex, "hex"));
  const data = Buffer.alloc(245, 0x5a);
  assert.deepEqual(decode(DATA), { type: "matchData", opCode: 300, data });
  assert.deepEqual(decode(MATCH), { type: "joined" });
  assert.deepEqual(decode(ERROR), { type: "error", message: "Match not found" });
});

test("an envelope that is cut off is refused", () => {
  const whole = Buffer.from(DATA, "hex");
  for (const length of [1, 2, 10, whole.length - 1]) {
    assert.throws(() => decodeEnvelope(whole.subarray(0, length)), RangeError);
  }
});
