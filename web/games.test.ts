import assert from "node:assert/strict";
import { test } from "node:test";
import { GAMES, gameFromQuery } from "./games.ts";

test("the address names the game, and anything else is the arena", () => {
  for (const name of Object.keys(GAMES)) assert.equal(gameFromQuery(`?latency=10&game=${name}`), name);
  for (const query of ["", "?game=", "?game=chess", "?game=constructor", "?game=__proto__"]) {
    assert.equal(gameFromQuery(query), "arena");
  }
});
