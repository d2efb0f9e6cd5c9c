import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCOUNT_REQUESTS, type AccountRequest, faultOf, REQUESTS_OF } from "./account-requests.ts";

test("this project's players ask for everything that is measured", () => {
  assert.deepEqual(Object.keys(REQUESTS_OF.gamekeeper).toSorted(), Object.keys(ACCOUNT_REQUESTS).toSorted());
});

test("an answer without what was asked for is a fault, whatever its status", () => {
  const right: [AccountRequest, unknown][] = [
    ["password", { accessToken: "a" }],
    ["guest, new", { token: "b" }],
    ["token check", { user: { id: "c" } }],
    ["token check", { playerId: "d" }],
  ];
  for (const [what, answer] of right) assert.equal(faultOf(what, answer), undefined);
  // So better-auth answers a token that it does not know.
  assert.match(faultOf("token check", null) ?? "", /token check was answered null/);
  assert.match(faultOf("password", { user: {} }) ?? "", /password was answered/);
});
