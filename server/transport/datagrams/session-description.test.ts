import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { answerFrom, offerFor } from "./session-description.ts";

const FINGERPRINT = Array.from({ length: 32 }, (_, index) => index.toString(16).padStart(2, "0").toUpperCase()).join(
  ":",
);
const OFFER = `v=0\r
m=application 17777 UDP/DTLS/SCTP webrtc-datachannel\r
c=IN IP4 192.0.2.2\r
a=max-message-size:262144\r
a=setup:actpass\r
a=candidate:1 1 UDP 2114977791 192.0.2.2 17777 typ host\r
a=end-of-candidates\r
`;
const ANSWER = `v=0\r
m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r
a=ice-ufrag:nD0C\r
a=ice-pwd:8px/cgCeiUYV1T8Dg/EXc/\r
a=fingerprint:sha-256 ${FINGERPRINT}\r
a=setup:passive\r
a=candidate:1 1 UDP 2114977791 203.0.113.9 53 typ host\r
a=candidate:2 1 UDP 2114977791 a-name-to-look-up.example 53 typ host\r
`;

test("our offer begins the handshake itself, so that a client's first packet is not lost for a second", () => {
  assert.match(offerFor(OFFER), /^a=setup:active\r$/m);
  assert.doesNotMatch(offerFor(OFFER), /actpass/);
});

test("behind a public address no address of this machine is in the offer", () => {
  const offer = offerFor(OFFER, { host: "203.0.113.7", port: 7012 });
  assert.doesNotMatch(offer, /192\.0\.2\.2|17777/);
  assert.deepEqual(offer.match(/a=candidate.*/g), [
    "a=candidate:1 1 UDP 2114977791 203.0.113.7 7012 typ host\r".trim(),
  ]);
});

test("without a public address the offer keeps the addresses that the port is bound to", () => {
  assert.match(offerFor(OFFER), /192\.0\.2\.2 17777 typ host/);
});

test("no address that a client names is ever sent to, or looked up", () => {
  const answer = answerFrom(ANSWER);
  assert.ok(answer);
  assert.doesNotMatch(answer, /candidate|203\.0\.113\.9|example/);
  for (const value of ["nD0C", "8px/cgCeiUYV1T8Dg/EXc/", FINGERPRINT]) assert.ok(answer.includes(value));
});

test("an answer without one of its four values is none", () => {
  for (const needed of ["ice-ufrag", "ice-pwd", "fingerprint", "setup"]) {
    assert.equal(answerFrom(ANSWER.replace(`a=${needed}`, "a=x")), undefined, needed);
  }
  assert.equal(answerFrom(ANSWER.replace("passive", "active")), undefined);
  assert.equal(answerFrom(ANSWER.replace("sha-256", "sha-1")), undefined);
});

test("whatever a stranger writes, an answer has the one shape, and no line of its own", () => {
  const shape = (answer: string): string[] => answer.split("\r\n").map((line) => line.split(/[: ]/)[0]!);
  const expected = shape(answerFrom(ANSWER)!);
  fc.assert(
    fc.property(fc.nat(ANSWER.length), fc.string({ unit: "binary", maxLength: 40 }), (at, text) => {
      const answer = answerFrom(ANSWER.slice(0, at) + text + ANSWER.slice(at));
      if (answer !== undefined) assert.deepEqual(shape(answer), expected);
    }),
  );
});
