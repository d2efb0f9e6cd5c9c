import assert from "node:assert/strict";
import { test } from "node:test";
import { ERROR_CATALOGUE } from "../shared/schema/errors.ts";
import { ClientError, type ClientErrorCode, toClientError } from "./client-error.ts";

test("every public code makes an error that says what happened and what to do", () => {
  for (const code of Object.keys(ERROR_CATALOGUE) as ClientErrorCode[]) {
    const error = new ClientError(code, "The detail.");
    assert.equal(error.code, code);
    assert.match(error.message, /^.+: The detail\. .+\.$/);
  }
});

test("what can pass by itself is retryable, what needs a change is not", () => {
  for (const code of ["room.full", "ticket.used", "client.unreachable", "client.timeout"] as const) {
    assert.equal(new ClientError(code, "").retryable, true, code);
  }
  for (const code of ["auth.forbidden", "request.invalid", "client.aborted", "client.bad_response"] as const) {
    assert.equal(new ClientError(code, "").retryable, false, code);
  }
});

test("whatever was thrown becomes a ClientError, and one stays itself", () => {
  const own = new ClientError("room.full", "No seat.");
  assert.equal(toClientError(own, "internal"), own);
  const cause = new TypeError("boom");
  const wrapped = toClientError(cause, "client.bad_response");
  assert.equal(wrapped.cause, cause);
  assert.equal(wrapped.detail, "boom.");
  assert.equal(toClientError("text", "client.bad_response").detail, "text.");
});
