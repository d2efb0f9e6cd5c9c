// Whatever is thrown becomes one problem of the catalogue, and wrong fields are named with bound and fix.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HTTPException } from "hono/http-exception";
import { z } from "zod";
import { AppError, ERROR_CATALOGUE, type ErrorCode } from "../shared/schema/errors.ts";
import { fieldErrors, MAX_FIELD_ERRORS, toAppError } from "./errors.ts";

function errorsOf(schema: z.ZodType, value: unknown) {
  const result = schema.safeParse(value);
  assert.ok(!result.success);
  return fieldErrors(result.error, "body");
}

describe("errors", () => {
  it("pass through when they are of the catalogue, every code with its status", () => {
    for (const [code, { status }] of Object.entries(ERROR_CATALOGUE)) {
      const error = new AppError(code as ErrorCode, "Do this.");
      assert.equal(toAppError(error), error);
      assert.equal(error.status, status);
    }
  });

  it("become internal when unknown, and say nothing of what happened inside", () => {
    const internal = toAppError(new TypeError("secret is undefined at line 3"));
    assert.equal(internal.code, "internal");
    assert.doesNotMatch(internal.message, /secret/);
    assert.equal(toAppError("a string").code, "internal");
    assert.equal(toAppError(undefined).code, "internal");
  });

  it("become the request's fault when the framework says so", () => {
    assert.equal(toAppError(new HTTPException(400)).code, "request.malformed");
    assert.equal(toAppError(new HTTPException(415)).code, "request.unsupported_media_type");
    assert.equal(toAppError(new HTTPException(500)).code, "internal");
  });

  it("name each wrong field with its bound and fix", () => {
    const schema = z.strictObject({
      name: z.string().min(2).max(5),
      count: z.int().min(0).max(9),
      id: z.uuid(),
      url: z.url(),
      tags: z.array(z.strictObject({ tag: z.enum(["a", "b"]) })).max(1),
      word: z.string().regex(/^x+$/, "use x only"),
      isOn: z.boolean(),
    });
    const wrong = {
      name: "",
      count: 10,
      id: "1",
      url: "x",
      tags: [{ tag: "c" }],
      word: "y",
      isOn: "yes",
      extra: 1,
    };
    assert.deepEqual(errorsOf(schema, wrong), [
      { field: "name", message: "must have at least 2 characters" },
      { field: "count", message: "must be at most 9" },
      { field: "id", message: "must be a valid UUID" },
      { field: "url", message: "must be a valid URL, with its scheme" },
      { field: "tags[0].tag", message: "must be one of a, b" },
      { field: "word", message: "use x only" },
      { field: "isOn", message: "must be a boolean" },
      { field: "extra", message: "is not a known field; remove it" },
    ]);
    assert.deepEqual(errorsOf(schema, { name: "abcdef", count: 1.5 }).slice(0, 3), [
      { field: "name", message: "must have at most 5 characters" },
      { field: "count", message: "must be a whole number" },
      { field: "id", message: "is required and must be a string" },
    ]);
    assert.deepEqual(errorsOf(z.object({ tags: z.array(z.int()).max(1) }), { tags: [1, 2] }), [
      { field: "tags", message: "must have at most 1 entries" },
    ]);
    assert.deepEqual(errorsOf(schema, []), [{ field: "body", message: "must be a JSON object" }]);
  });

  it("name at most twenty fields, and no name at length", () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`key${i}${"x".repeat(1_000)}`, 1]));
    const errors = errorsOf(z.strictObject({}), many);
    assert.equal(errors.length, MAX_FIELD_ERRORS);
    assert.ok(errors.every(({ field }) => field.length <= 64));
  });
});
