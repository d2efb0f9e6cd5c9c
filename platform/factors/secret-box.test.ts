// What was sealed opens with its key and in its place only.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { BOX_KEY_BYTES, SecretBox, UnsealError } from "./secret-box.ts";

const key = () => randomBytes(BOX_KEY_BYTES);

describe("secret box", () => {
  it("gives back every text in the context that it was sealed for, and hides it", () => {
    const box = new SecretBox([key()]);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.array(fc.string()), (plain, context) => {
        assert.equal(box.open(box.seal(plain, context), context), plain);
      }),
    );
    const sealed = box.seal("a very secret text", []);
    assert.ok(!sealed.includes("secret"));
    assert.notEqual(box.seal("a very secret text", []), sealed);
  });

  it("does not open in another context, by another key, or when a character was changed", () => {
    const box = new SecretBox([key()]);
    const sealed = box.seal("JBSWY3DPEHPK3PXP", ["demo/dev", "player"]);
    for (const context of [
      [],
      ["demo/dev"],
      ["demo/prod", "player"],
      ["demo/dev,player"],
      ["demo/dev", "player", ""],
    ]) {
      assert.throws(() => box.open(sealed, context), UnsealError);
    }
    assert.throws(() => new SecretBox([key()]).open(sealed, ["demo/dev", "player"]), UnsealError);
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.constantFrom("A", "z", "0", ".", "_", ""), (at, character) => {
        const changed = sealed.slice(0, at) + character + sealed.slice(at + 1);
        // The last character of base64 has bits that mean nothing; such a change changes nothing.
        if (changed === sealed || at === sealed.length - 1) return;
        assert.throws(() => box.open(changed, ["demo/dev", "player"]), UnsealError);
      }),
    );
    for (const text of ["", "v1", "v1...", "v2.a.b.c", "nonsense"])
      assert.throws(() => box.open(text, []), UnsealError);
  });

  it("opens with an old key while it is configured, and seals with the first", () => {
    const [old, fresh] = [key(), key()];
    const sealed = new SecretBox([old]).seal("text", []);
    const both = new SecretBox([fresh, old]);
    assert.equal(both.open(sealed, []), "text");
    assert.equal(both.isCurrent(sealed), false);
    const again = both.seal("text", []);
    assert.equal(both.isCurrent(again), true);
    assert.equal(new SecretBox([fresh]).open(again, []), "text");
  });

  it("takes only keys of 32 bytes, and at least one", () => {
    assert.throws(() => new SecretBox([]), RangeError);
    assert.throws(() => new SecretBox([randomBytes(31)]), RangeError);
  });
});
