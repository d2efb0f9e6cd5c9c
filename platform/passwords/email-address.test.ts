// One mailbox has one spelling.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MAX_EMAIL_LENGTH, normalizeEmailAddress } from "./email-address.ts";

describe("normalizeEmailAddress", () => {
  it("spells one mailbox one way", () => {
    assert.equal(normalizeEmailAddress(" Ada.Lovelace+Game@Example.COM "), "ada.lovelace+game@example.com");
    assert.equal(normalizeEmailAddress("jose\u0301@example.com"), normalizeEmailAddress("jos\u00e9@example.com"));
    assert.equal(normalizeEmailAddress("me@b\u00fccher.example"), "me@xn--bcher-kva.example");
  });

  it("knows what is no address", () => {
    const wrong = ["", "@", "me", "me@", "@example.com", "me@localhost", "me@127.0.0.1", "me@example.com\nbcc:x@y.zz"];
    wrong.push("a b@example.com", ".me@example.com", "me..you@example.com", "me@-a.com", "me@a..com", "<me@a.com>");
    wrong.push(`${"a".repeat(65)}@example.com`, `me@${"a".repeat(64)}.com`, `me@${"a.".repeat(200)}com`);
    for (const address of wrong) assert.equal(normalizeEmailAddress(address), undefined, JSON.stringify(address));
  });

  it("changes nothing the second time, and is bounded, whatever it is given", () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string(), fc.string({ unit: "binary" })), (text) => {
        const once = normalizeEmailAddress(text);
        if (once === undefined) return;
        assert.ok(once.length <= MAX_EMAIL_LENGTH);
        assert.equal(normalizeEmailAddress(once), once);
      }),
      { numRuns: 2_000 },
    );
  });
});
