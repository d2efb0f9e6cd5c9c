import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { parseCapacityArguments } from "./arguments.ts";

test("what is left out is all see all, inputs at the tick rate, and this machine's cores", () => {
  assert.deepEqual(parseCapacityArguments(["--tick", "30", "--players", "16"]), {
    kind: "answer",
    workload: { tickHz: 30, inputHz: 30, players: 16, movers: 16, visible: 16 },
    cores: availableParallelism(),
  });
});

test("everything can be said", () => {
  const given = "--tick 20 --players 100 --movers 600 --visible 40 --inputs 10 --cores 32".split(" ");
  assert.deepEqual(parseCapacityArguments(given), {
    kind: "answer",
    workload: { tickHz: 20, inputHz: 10, players: 100, movers: 600, visible: 40 },
    cores: 32,
  });
});

test("what is wrong is refused with the option, its bounds and what was given", () => {
  const wrong: [string, RegExp][] = [
    ["--players 16", /^--tick: give a whole number from 1 to 240\.$/],
    ["--tick 30", /^--players: .* 1 to 10000\.$/],
    ["--tick 0 --players 16", /^--tick: .* not "0"/],
    ["--tick 30.5 --players 16", /^--tick: .* not "30\.5"/],
    ["--tick 30 --players 16 --movers 8", /^--movers: .* from 16 to 100000, not "8"/],
    ["--tick 30 --players 16 --visible 17", /^--visible: .* from 1 to 16, not "17"/],
    ["--tick 30 --players 16 --cores many", /^--cores: /],
    ["--tick 30 --players 16 --inputs 0", /^--inputs: /],
    ["--tick 30 --players 16 --speed 3", /--speed/],
  ];
  for (const [line, message] of wrong) {
    assert.throws(() => parseCapacityArguments(line.split(" ")), { message }, line);
  }
});

test("help and the page need nothing else", () => {
  assert.deepEqual(parseCapacityArguments(["--help"]), { kind: "help" });
  assert.deepEqual(parseCapacityArguments(["--write"]), { kind: "write" });
});
