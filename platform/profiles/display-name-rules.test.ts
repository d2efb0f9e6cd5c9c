// Names that may be, and names that may not.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { displayNameFor } from "../accounts/display-name.ts";
import { judgeName, MAX_NAME_UNITS } from "./display-name-rules.ts";

const isFine = (name: string, blocked: string[] = []) => "name" in judgeName(name, blocked);

describe("display names", () => {
  it("may be of any script, with digits and single separators", () => {
    for (const name of [
      "Zoë",
      "Ann-Marie O'Neil",
      "игрок 7",
      "プレイヤー",
      "नमस्ते",
      "أحمد",
      "Nimble Otter 42",
      "J.R.R.",
      "x_X",
    ]) {
      assert.ok(isFine(name), name);
    }
  });

  it("are stored normalised, so that one look has one form", () => {
    assert.deepEqual(judgeName("  Zoe\u0308 "), { name: "Zo\u00eb" });
    assert.deepEqual(judgeName("Ｆｏｘ"), { name: "Fox" });
  });

  it("cannot be empty, long, invisible, turned around or piled up", () => {
    const long = "x".repeat(25);
    for (const name of [
      "",
      " ",
      "x",
      long,
      "a\u200bb",
      "a\u202eb",
      "\u2800\u2800",
      "a  b",
      "-ab",
      "a--b",
      "1234",
      "🦊🦊",
      "a\nb",
      "a\u0000b",
    ]) {
      assert.ok(!isFine(name), JSON.stringify(name));
    }
    assert.ok(!isFine(`z${"\u0301\u0302\u0303\u0304".repeat(3)}algo`));
    assert.ok(!isFine("\u{20000}".repeat(17)), "more than 32 UTF-16 units");
  });

  it("do not mix alphabets that look alike", () => {
    assert.ok(!isFine("Pаul"), "the a is Cyrillic");
    assert.ok(!isFine("Αlex"), "the A is Greek");
    assert.ok(isFine("ゲームFan"), "these do not look alike");
  });

  it("do not claim an office, in whatever disguise", () => {
    for (const name of ["Admin", "a.d.m.i.n", "4dm1n", "Admin 2", "ádmin", "Joe Moderator", "STAFF-Joe", "Supp0rt"]) {
      assert.ok(!isFine(name), name);
    }
    for (const name of ["Badminton", "Systematic", "Administrata"]) assert.ok(isFine(name), name);
  });

  it("have no word that the environment forbids: whole, or inside where it says so", () => {
    assert.ok(!isFine("Darn 5", ["darn"]));
    assert.ok(!isFine("D4RN it", ["darn"]));
    assert.ok(isFine("Darning", ["darn"]));
    assert.ok(!isFine("Darning", ["darn*"]));
    assert.ok(!isFine("undarned", ["*darn*"]));
    assert.ok(isFine("undarned", ["*darn"]));
  });

  it("made up for new players are all allowed", () => {
    fc.assert(fc.property(fc.string(), (seed) => assert.ok(isFine(displayNameFor(seed)), displayNameFor(seed))));
  });

  it("once judged good are judged good again, the same, and fit the database and a ticket", () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom("a", "Б", "é", "e\u0301", " ", "-", "7", "'"),
        fc.string({ unit: "grapheme", maxLength: 1 }),
      ),
    });
    fc.assert(
      fc.property(text, (given) => {
        const verdict = judgeName(given);
        if (!("name" in verdict)) return;
        assert.deepEqual(judgeName(verdict.name), verdict);
        assert.ok(verdict.name.length <= MAX_NAME_UNITS);
      }),
    );
  });
});
