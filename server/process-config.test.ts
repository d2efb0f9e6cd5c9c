import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { parseConfig } from "./config.ts";
import { configOfProcess, withPort } from "./process-config.ts";

const KEY = "k".repeat(32);

function parse(environment: Record<string, string>) {
  return parseConfig({ SERVER_KEY: KEY, ...environment });
}

function mistakesOf(environment: Record<string, string>): string[] {
  try {
    parse(environment);
  } catch (error) {
    return (error as Error).message.split("\n").slice(1);
  }
  return [];
}

test("without a word of it there is one process, on the usual ports", () => {
  const config = parse({});
  assert.equal(config.GAME_PROCESSES, 1);
  assert.deepEqual(configOfProcess(config, 0), config);
});

test("auto is one process a core", () => {
  assert.equal(parse({ GAME_PROCESSES: "auto" }).GAME_PROCESSES, Math.min(availableParallelism(), 64));
});

test("each process has the next port of each kind, and the ops ports follow the game ports", () => {
  const config = parse({ GAME_PROCESSES: "4", UDP_PORT: "7777", SERVER_ID: "gs" });
  const ports = [0, 1, 3].map((index) => configOfProcess(config, index));
  assert.deepEqual(
    ports.map(({ GAME_PORT, GAME_OPS_PORT, UDP_PORT, SERVER_ID }) => [GAME_PORT, GAME_OPS_PORT, UDP_PORT, SERVER_ID]),
    [
      [2567, 2571, 7777, "gs-0"],
      [2568, 2572, 7778, "gs-1"],
      [2570, 2574, 7780, "gs-3"],
    ],
  );
});

test("a port of 0 is a free one for each process", () => {
  const config = configOfProcess(parse({ GAME_PROCESSES: "2", GAME_PORT: "0", UDP_PORT: "0" }), 1);
  assert.deepEqual([config.GAME_PORT, config.GAME_OPS_PORT, config.UDP_PORT], [0, 0, 0]);
});

test("ports that overlap are refused with both ranges and a port that would do", () => {
  const overlap = { GAME_PROCESSES: "3", GAME_OPS_PORT: "2569" };
  assert.deepEqual(mistakesOf(overlap), [
    "  GAME_OPS_PORT: the ops ports 2569-2571 overlap the game ports 2567-2569; use 2570, or leave it out",
  ]);
  assert.deepEqual(mistakesOf({ ...overlap, GAME_OPS_PORT: "2565" }).length, 1);
  assert.deepEqual(mistakesOf({ ...overlap, GAME_OPS_PORT: "2564" }), []);
  assert.deepEqual(mistakesOf({ GAME_OPS_PORT: "2567" }).length, 1);
});

test("ranges past the last port are refused by their variable", () => {
  assert.match(mistakesOf({ GAME_PROCESSES: "2", GAME_PORT: "65535", GAME_OPS_PORT: "1" })[0]!, /^ {2}GAME_PORT: /);
  assert.match(mistakesOf({ GAME_PROCESSES: "2", UDP_PORT: "65535" })[0]!, /^ {2}UDP_PORT: /);
});

test("one address for several processes is refused; with {port} each puts in its own", () => {
  const fixed = {
    GAME_PUBLIC_ENDPOINT: "wss://gs.example.com",
    GAME_CONTROL_URL: "http://10.0.0.5:2569",
    UDP_PUBLIC_ADDRESS: "203.0.113.7:7777",
    UDP_PORT: "7777",
  };
  assert.deepEqual(mistakesOf(fixed), []);
  assert.deepEqual(
    mistakesOf({ ...fixed, GAME_PROCESSES: "2" }).map((line) => line.trim().split(":")[0]),
    ["GAME_PUBLIC_ENDPOINT", "GAME_CONTROL_URL", "UDP_PUBLIC_ADDRESS"],
  );
  const marked = {
    GAME_PUBLIC_ENDPOINT: "wss://gs.example.com/{port}",
    GAME_CONTROL_URL: "http://10.0.0.5:{port}",
    UDP_PUBLIC_ADDRESS: "203.0.113.7:{port}",
    UDP_PORT: "7777",
    GAME_PROCESSES: "2",
  };
  assert.deepEqual(mistakesOf(marked), []);
  assert.equal(withPort(marked.GAME_PUBLIC_ENDPOINT, 2568), "wss://gs.example.com/2568");
  assert.match(mistakesOf({ ...marked, UDP_PORT: "" })[0]!, /^ {2}UDP_PUBLIC_ADDRESS: .*UDP_PORT/);
});

test("a name that would grow too long for the registry is refused", () => {
  const SERVER_ID = "x".repeat(63);
  assert.deepEqual(mistakesOf({ SERVER_ID }), []);
  assert.match(mistakesOf({ SERVER_ID, GAME_PROCESSES: "2" })[0]!, /SERVER_ID: .*at most 62/);
});

test("a count that is no count is refused by name", () => {
  for (const GAME_PROCESSES of ["0", "65", "1.5", "many"]) {
    assert.match(mistakesOf({ GAME_PROCESSES })[0] ?? "", /^ {2}GAME_PROCESSES: /, GAME_PROCESSES);
  }
});
