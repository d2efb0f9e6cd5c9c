// Telling game servers of ended sessions: in batches, those that have players, and never at somebody's cost.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import {
  type EndedSession,
  EvictionRequest,
  FIRST_ENVIRONMENT as environmentId,
  MAX_EVICTIONS_PER_REQUEST,
} from "../../shared/schema/platform/index.ts";
import { createLog } from "../ops/log.ts";
import { Metrics } from "../ops/metrics.ts";
import { HttpEvictor, MAX_SERVERS_TOLD, MAX_WAITING_EVICTIONS } from "./http-evictor.ts";
import type { GameServer } from "./service.ts";

function serverNamed(serverId: string, players: number): GameServer {
  const controlUrl = `http://${serverId}.test`;
  const endpoint = "ws://localhost:2567";
  const keys = { keyId: "built-in", controlKey: "the-key" };
  return {
    serverId,
    controlUrl,
    endpoint,
    players,
    modes: [],
    rooms: 0,
    load: 0,
    freeSeats: {},
    isDraining: false,
    ...keys,
  };
}

const endedSessions = (count: number): EndedSession[] =>
  Array.from({ length: count }, () => ({ sessionId: randomUUID(), reason: "banned" }));

function bench(servers: GameServer[], answer: (host: string) => Promise<Response> = async () => Response.json({})) {
  const told: { host: string; sessions: EndedSession[]; authorization: string | null }[] = [];
  const metrics = new Metrics();
  metrics.close();
  const evictor = new HttpEvictor({
    servers: { live: async () => servers },
    metrics,
    log: createLog("silent"),
    fetch: async (url, init) => {
      const { host, pathname } = new URL(String(url));
      assert.equal(pathname, "/v1/evictions");
      const { sessions } = EvictionRequest.parse(JSON.parse(String(init?.body)));
      told.push({ host, sessions, authorization: new Headers(init?.headers).get("Authorization") });
      return answer(host);
    },
  });
  return { evictor, told, metrics };
}

test("every game server with players is told, with its own control key, and an empty one is not", async () => {
  const { evictor, told } = bench([serverNamed("full", 9), serverNamed("empty", 0), serverNamed("busy", 2)]);
  const ended = endedSessions(2);
  evictor.evict(environmentId, ended.slice(0, 1));
  evictor.evict(environmentId, ended.slice(1));
  await evictor.whenIdle();
  assert.deepEqual(told.map(({ host }) => host).sort(), ["busy.test", "full.test"]);
  for (const { sessions, authorization } of told) {
    assert.deepEqual(sessions, ended, "what ends in one turn goes in one request");
    assert.equal(authorization, "Bearer the-key");
  }
});

test("many go in as many requests as they need, and past the bound they are left to the heartbeats", async () => {
  const { evictor, told } = bench([serverNamed("a", 1)]);
  evictor.evict(environmentId, endedSessions(MAX_WAITING_EVICTIONS + 5));
  await evictor.whenIdle();
  assert.equal(told.length, MAX_WAITING_EVICTIONS / MAX_EVICTIONS_PER_REQUEST);
});

test("a game server that does not answer or refuses costs the others nothing, and is counted", async () => {
  const servers = [serverNamed("dead", 3), serverNamed("rude", 2), serverNamed("well", 1)];
  const { evictor, told, metrics } = bench(servers, async (host) => {
    if (host === "dead.test") throw new TypeError("fetch failed");
    return new Response("", { status: host === "rude.test" ? 401 : 200 });
  });
  evictor.evict(environmentId, endedSessions(1));
  await evictor.whenIdle();
  assert.equal(told.length, 3);
  const counts = await metrics.evictionRequests.get();
  assert.deepEqual(counts.values.map(({ labels, value }) => `${labels.outcome} ${value}`).sort(), [
    "refused 1",
    "told 1",
    "unreachable 1",
  ]);
});

test("no more game servers are told than the bound, those with the most players first", async () => {
  const servers = Array.from({ length: MAX_SERVERS_TOLD + 20 }, (_, index) => serverNamed(`s${index}`, index + 1));
  const { evictor, told } = bench(servers);
  evictor.evict(environmentId, endedSessions(1));
  await evictor.whenIdle();
  assert.equal(told.length, MAX_SERVERS_TOLD);
  assert.ok(!told.some(({ host }) => host === "s0.test"));
});

test("a registry that is away loses the news quietly", async () => {
  const metrics = new Metrics();
  metrics.close();
  const servers = { live: () => Promise.reject(new Error("away")) };
  const evictor = new HttpEvictor({ servers, metrics, log: createLog("silent") });
  evictor.evict(environmentId, endedSessions(1));
  await evictor.whenIdle();
});
