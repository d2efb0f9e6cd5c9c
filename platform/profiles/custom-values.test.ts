// What players put into their profile stays within what was declared, and within its size.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MAX_PREFERENCES, MAX_PROFILE_BYTES, type ProfileField } from "../../shared/schema/platform/index.ts";
import { declaredValues, fieldProblems, merged, sizeProblem } from "./custom-values.ts";

const declared: Record<string, ProfileField> = {
  motto: { type: "text", isPublic: true, maxLength: 5 },
  level: { type: "integer", isPublic: false, min: 1, max: 99 },
  hardcore: { type: "boolean", isPublic: true },
  house: { type: "choice", isPublic: true, choices: ["red", "blue"] },
};

describe("custom values", () => {
  it("are merged by name, and removed by null", () => {
    assert.deepEqual(merged({ a: 1, b: "x" }, { b: null, c: true, d: null }), { a: 1, c: true });
    assert.deepEqual(merged({ a: 1 }), { a: 1 });
  });

  it("are taken as declared, and each wrong one is named with its bound", () => {
    assert.deepEqual(fieldProblems(declared, { motto: "12345", level: 99, hardcore: false, house: "red" }), []);
    assert.deepEqual(fieldProblems(declared, { motto: null, level: null }), []);
    assert.deepEqual(
      fieldProblems(declared, { motto: "123456", level: 1.5, hardcore: "true", house: "green", constructor: 1 }),
      [
        { field: "fields.motto", message: "must be text of at most 5 characters" },
        { field: "fields.level", message: "must be a whole number from 1 to 99" },
        { field: "fields.hardcore", message: "must be true or false" },
        { field: "fields.house", message: "must be one of red, blue" },
        { field: "fields.constructor", message: "is not a field of this environment; remove it" },
      ],
    );
  });

  it("are shown only while they are declared so, and to others only when public", () => {
    const values = { motto: "hi", level: 5, hardcore: 1, gone: true, constructor: "x" };
    assert.deepEqual(declaredValues(declared, values), { motto: "hi", level: 5 });
    assert.deepEqual(declaredValues(declared, values, true), { motto: "hi" });
  });

  it("are bounded together, by bytes and by number", () => {
    assert.equal(sizeProblem("fields", { a: "x".repeat(MAX_PROFILE_BYTES - 8) }), undefined);
    assert.match(sizeProblem("fields", { a: "x".repeat(MAX_PROFILE_BYTES - 7) })?.message ?? "", /4097 bytes/);
    const many = Object.fromEntries(Array.from({ length: MAX_PREFERENCES + 1 }, (_, i) => [`p${i}`, 1]));
    assert.match(sizeProblem("preferences", many)?.message ?? "", /at most 64 entries/);
  });

  it("that pass are what is shown again, whatever they are", () => {
    const value = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    const changes = fc.dictionary(fc.oneof(fc.constantFrom(...Object.keys(declared)), fc.string()), value);
    fc.assert(
      fc.property(changes, (given) => {
        const wrong = new Set(fieldProblems(declared, given).map(({ field }) => field.slice("fields.".length)));
        const good = Object.fromEntries(Object.entries(given).filter(([name]) => !wrong.has(name)));
        assert.deepEqual(declaredValues(declared, merged({}, given)), good);
      }),
    );
  });
});
