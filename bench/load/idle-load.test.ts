import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, CLIENTS_AN_ADDRESS } from "./idle-load.ts";

test("so many clients share a source address, and the next ones have another", () => {
  assert.equal(addressOf(0), "127.0.0.1");
  assert.equal(addressOf(CLIENTS_AN_ADDRESS - 1), "127.0.0.1");
  assert.equal(addressOf(CLIENTS_AN_ADDRESS), "127.0.0.2");
  assert.equal(addressOf(10_000 - 1), "127.0.0.3");
});
