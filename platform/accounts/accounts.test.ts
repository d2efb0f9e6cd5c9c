// Ids are ordered by time, and names are friendly and always the same.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { displayNameFor } from "./display-name.ts";
import { uuidV7 } from "./uuid-v7.ts";

describe("uuidV7", () => {
  it("is a version 7 UUID that begins with its time", () => {
    assert.match(uuidV7(), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    // The time of RFC 9562, appendix A.6.
    assert.ok(uuidV7(0x017f22e279b0).startsWith("017f22e2-79b0-7"));
  });

  it("sorts as its times do, and does not repeat", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 48 - 2), (ms) => {
        assert.ok(uuidV7(ms) < uuidV7(ms + 1));
      }),
    );
    assert.equal(new Set(Array.from({ length: 10_000 }, () => uuidV7(1))).size, 10_000);
  });
});

describe("displayNameFor", () => {
  it("is the same for the same seed, and of 1 to 32 characters for every seed", () => {
    assert.equal(displayNameFor("seed"), displayNameFor("seed"));
    fc.assert(
      fc.property(fc.string(), (seed) => {
        assert.match(displayNameFor(seed), /^[A-Z][a-z]+ [A-Z][a-z]+ \d{1,2}$/);
        assert.ok(displayNameFor(seed).length <= 32);
      }),
    );
  });

  it("seldom gives two players the same name", () => {
    const names = new Set(Array.from({ length: 1_000 }, (_, i) => displayNameFor(`player ${i}`)));
    assert.ok(names.size > 990, `only ${names.size} names for 1000 players`);
  });
});
