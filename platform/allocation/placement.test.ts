import assert from "node:assert/strict";
import { test } from "node:test";
import type { GameServer } from "../servers/service.ts";
import { MAX_FILL_LOAD, Placement, SETTLING_MS } from "./placement.ts";

const NOW = 1_000_000;

function server(serverId: string, overrides: Partial<GameServer> = {}): GameServer {
  const { load = 0, freeSeats = {}, rooms = 0, players = 0 } = overrides;
  const keys = { keyId: "k", controlKey: "c".repeat(32) };
  const where = { endpoint: "ws://localhost:2567", controlUrl: "http://127.0.0.1:2568", modes: ["arena"] };
  return { serverId, ...keys, ...where, load, freeSeats, rooms, players, isDraining: false };
}

const ids = (servers: readonly GameServer[]): string[] => servers.map(({ serverId }) => serverId);

test("free seats are filled on the fullest server first, whatever the load of the others", () => {
  const servers = [
    server("idle"),
    server("some", { freeSeats: { arena: 3 }, players: 5, load: 0.1 }),
    server("most", { freeSeats: { arena: 1 }, players: 50, load: 0.6 }),
    server("other", { freeSeats: { cards: 3 }, players: 90 }),
  ];
  assert.deepEqual(ids(new Placement().toFill(servers, "arena", NOW)), ["most", "some"]);
});

test("free seats of a server without time to spare are not filled", () => {
  const tired = server("tired", { freeSeats: { arena: 3 }, load: MAX_FILL_LOAD });
  assert.deepEqual(new Placement().toFill([tired], "arena", NOW), []);
});

test("new rooms go to the least loaded server, however many players it has", () => {
  const servers = [
    server("a", { load: 0.5, players: 1 }),
    server("b", { load: 0.2, players: 80 }),
    server("c", { load: 0.7 }),
  ];
  assert.deepEqual(ids(new Placement().toOpenIn(servers, NOW)), ["b", "a", "c"]);
});

test("rooms opened between two heartbeats spread in proportion to what is left, and do not pile up on one", () => {
  const placement = new Placement();
  const servers = [server("a", { load: 0.3, rooms: 30 }), server("b", { load: 0.4, rooms: 40 })];
  const counts = { a: 0, b: 0 };
  for (let i = 0; i < 30; i += 1) {
    const first = placement.toOpenIn(servers, NOW + i)[0]!.serverId as "a" | "b";
    placement.noteOpened(first, "arena", NOW + i);
    counts[first] += 1;
  }
  assert.deepEqual(counts, { a: 20, b: 10 });
});

test("a room that was just opened is filled before a heartbeat tells of it, and then no longer assumed", () => {
  const placement = new Placement();
  placement.noteOpened("a", "arena", NOW);
  const servers = [server("a"), server("b")];
  assert.deepEqual(ids(placement.toFill(servers, "arena", NOW + 1)), ["a"]);
  assert.deepEqual(ids(placement.toFill(servers, "cards", NOW + 1)), []);
  assert.deepEqual(ids(placement.toOpenIn(servers, NOW + 1)), ["b", "a"]);
  assert.deepEqual(ids(placement.toFill(servers, "arena", NOW + SETTLING_MS)), []);
  assert.deepEqual(ids(placement.toOpenIn(servers, NOW + SETTLING_MS)), ["a", "b"]);
});
