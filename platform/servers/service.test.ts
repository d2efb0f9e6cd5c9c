import assert from "node:assert/strict";
import { test } from "node:test";
import { HEARTBEAT } from "../../shared/schema/platform/index.ts";
import { MemoryStore } from "../ephemeral/memory.ts";
import { createLog } from "../ops/log.ts";
import { startFakeGameServer } from "../testing/fake-game-server.ts";
import { GameServerService } from "./service.ts";
import { GameServerStore } from "./store.ts";

/** A service on a clock that the test moves; `looks` counts how often the registry was looked through. */
async function service() {
  const clock = { nowMs: 0 };
  const ephemeral = new MemoryStore({ now: () => clock.nowMs });
  const store = new GameServerStore(ephemeral);
  let looks = 0;
  const live = store.live.bind(store);
  store.live = () => {
    looks += 1;
    return live();
  };
  const fake = await startFakeGameServer();
  await fake.close();
  const servers = new GameServerService(store, createLog("silent"), () => clock.nowMs);
  const beat = (serverId: string, overrides = {}) => servers.heartbeat(serverId, fake.heartbeat(overrides));
  return { clock, ephemeral, servers, beat, looks: () => looks };
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
  const players = async () => (await servers.live()).map((server) => [server.serverId, server.players]);
  assert.deepEqual(await players(), [
    ["a", 1],
    ["b", 2],
  ]);
  await beat("b", { players: 3 });
  assert.deepEqual(await players(), [
    ["a", 1],
    ["b", 3],
  ]);
  await servers.goodbye("a");
  assert.deepEqual(await players(), [["b", 3]]);
  clock.nowMs += HEARTBEAT.expiryMs;
  assert.deepEqual(await players(), []);
});
