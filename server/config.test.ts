import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "./config.ts";

const KEY = "k".repeat(32);

test("an environment with only the server key gives the documented defaults", () => {
  const config = parseConfig({ SERVER_KEY: KEY });
  assert.equal(config.GAME_PORT, 2567);
  assert.equal(config.GAME_OPS_PORT, 2568);
  assert.equal(config.GAME_OPS_HOST, "127.0.0.1");
});

test("an empty variable counts as absent", () => {
  assert.equal(parseConfig({ SERVER_KEY: KEY, GAME_PORT: "" }).GAME_PORT, 2567);
});

test("every mistake is reported at once, each by its variable", () => {
  assert.throws(
    () => parseConfig({ GAME_PORT: "70000", LOG_LEVEL: "loud", MAX_ROOMS: "0", GAME_PUBLIC_ENDPOINT: "http://x" }),
    (error: Error) => {
      for (const name of ["GAME_PORT", "LOG_LEVEL", "MAX_ROOMS", "GAME_PUBLIC_ENDPOINT", "SERVER_KEY"]) {
        assert.match(error.message, new RegExp(`^ {2}${name}: .`, "m"));
      }
      assert.match(error.message, /SERVER_KEY: is required/);
      return true;
    },
  );
});
