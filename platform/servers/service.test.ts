import assert from "node:assert/strict";
import { test } from "node:test";
import { AppError } from "../../shared/schema/errors.ts";
import { EnvironmentId, FIRST_ENVIRONMENT as environmentId, HEARTBEAT } from "../../shared/schema/platform/index.ts";
import { MemoryStore } from "../ephemeral/memory.ts";
import { createLog } from "../ops/log.ts";
import { startFakeGameServer } from "../testing/fake-game-server.ts";
import { GameServerService } from "./service.ts";
import { GameServerStore } from "./store.ts";

const live = EnvironmentId.parse("demo/live");

/** A service on a clock that the test moves; `looks` counts how often the registry was looked through. */
async function service() {
  const clock = { nowMs: 0 };
  const ephemeral = new MemoryStore({ now: () => clock.nowMs });
  const store = new GameServerStore(ephemeral);
  let looks = 0;
  const readLive = store.live.bind(store);
  store.live = (id) => {
    looks += 1;
    return readLive(id);
  };
  const fake = await startFakeGameServer();
  await fake.close();
  const servers = new GameServerService(
    store,
    { ids: async () => [environmentId, live] },
    createLog("silent"),
    () => clock.nowMs,
  );
  const beat = (serverId: string, overrides = {}) =>
    servers.heartbeat(environmentId, serverId, fake.heartbeat(overrides), "key-1");
  return { clock, ephemeral, servers, beat, fake, looks: () => looks };
}

test("a heartbeat of a known game server does not look through all of them, and one of an unknown does", async (t) => {
  const { clock, ephemeral, beat, looks } = await service();
  t.after(() => ephemeral.close());
  await beat("a");
  await beat("b");
  assert.equal(looks(), 2);
  for (let second = 1; second <= 10; second += 1) {
    clock.nowMs = second * HEARTBEAT.intervalMs;
    await beat("a");
    await beat("b");
  }
  assert.equal(looks(), 2);
  clock.nowMs += HEARTBEAT.expiryMs;
  await beat("a");
  assert.equal(looks(), 3, "it was forgotten meanwhile, and is looked for again");
});

test("what lives is what was last said, however often it is asked for", async (t) => {
  const { clock, ephemeral, servers, beat } = await service();
  t.after(() => ephemeral.close());
  await beat("a", { players: 1 });
  await beat("b", { players: 2 });
  const players = async () => (await servers.live(environmentId)).map((server) => [server.serverId, server.players]);
  assert.deepEqual(await players(), [
    ["a", 1],
    ["b", 2],
  ]);
  await beat("b", { players: 3 });
  assert.deepEqual(await players(), [
    ["a", 1],
    ["b", 3],
  ]);
  await servers.goodbye(environmentId, "a", "key-1");
  assert.deepEqual(await players(), [["b", 3]]);
  clock.nowMs += HEARTBEAT.expiryMs;
  assert.deepEqual(await players(), []);
});

test("a game server is in one environment, and does not exist in another", async (t) => {
  const { ephemeral, servers, fake } = await service();
  t.after(() => ephemeral.close());
  await servers.heartbeat(environmentId, "same-name", fake.heartbeat({ players: 1 }), "key-1");
  await servers.heartbeat(live, "same-name", fake.heartbeat({ players: 2 }), "key-2");
  assert.deepEqual(
    (await servers.live(environmentId)).map(({ players }) => players),
    [1],
  );
  assert.deepEqual(
    (await servers.live(live)).map(({ players }) => players),
    [2],
  );
  assert.deepEqual(await servers.counts(), { ready: 2, draining: 0 });
  await servers.goodbye(live, "same-name", "key-2");
  assert.equal((await servers.live(environmentId)).length, 1);
});

test("a server key renews and removes its own game servers, and no other key's", async (t) => {
  const { clock, ephemeral, servers, fake, beat } = await service();
  t.after(() => ephemeral.close());
  await beat("a");
  const forbidden = (error: unknown) => error instanceof AppError && error.code === "auth.forbidden";
  await assert.rejects(servers.heartbeat(environmentId, "a", fake.heartbeat(), "key-2"), forbidden);
  await assert.rejects(servers.goodbye(environmentId, "a", "key-2"), forbidden);
  assert.equal((await servers.live(environmentId)).length, 1);
  clock.nowMs += HEARTBEAT.expiryMs;
  await servers.heartbeat(environmentId, "a", fake.heartbeat(), "key-2");
  assert.equal((await servers.live(environmentId))[0]?.keyId, "key-2", "a name that nobody has any longer is free");
});
