// The order of the scoreboard.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Player } from "../../shared/schema/arena/index.ts";
import { standings } from "./scoreboard.ts";

function fighter(name: string, frags: number, deaths: number): [string, Player] {
  const player = new Player();
  player.name = name;
  player.frags = frags;
  player.deaths = deaths;
  return [name, player];
}

test("more frags come first, then fewer deaths, then the name", () => {
  const order = standings([fighter("d", 1, 0), fighter("c", 3, 2), fighter("b", 3, 2), fighter("a", 3, 5)]);
  assert.deepEqual(
    order.map(({ place, sessionId }) => [place, sessionId]),
    [
      [1, "b"],
      [2, "c"],
      [3, "a"],
      [4, "d"],
    ],
  );
});
