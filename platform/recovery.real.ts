// The platform over real Postgres and Redis, with the network between them cut, silenced and mended.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "./testing/eventually.ts";
import { type FakeGameServer, startFakeGameServer } from "./testing/fake-game-server.ts";
import { createScratchDatabase, requireUrl } from "./testing/real-services.ts";
import { TcpProxy } from "./testing/tcp-proxy.ts";
import { sendJson, startTestPlatform, type TestPlatform } from "./testing/test-platform.ts";

describe("recovery", () => {
  const closers: (() => Promise<void>)[] = [];
  let database: TcpProxy;
  let redis: TcpProxy;
  let platform: TestPlatform;
  let gameServer: FakeGameServer;
  let token: string;
  let playerId: string;

  before(async () => {
    const redisUrl = requireUrl("REDIS_URL");
    const scratch = await createScratchDatabase();
    closers.push(scratch.drop);
    const [databaseVia, redisVia] = [await TcpProxy.before(scratch.url, 5432), await TcpProxy.before(redisUrl, 6379)];
    database = databaseVia.proxy;
    redis = redisVia.proxy;
    closers.push(
      () => database.close(),
      () => redis.close(),
    );
    database.cut();
    gameServer = await startFakeGameServer();
    closers.push(() => gameServer.close());
    platform = await startTestPlatform({ DATABASE_URL: databaseVia.url, REDIS_URL: redisVia.url }, { wait: false });
    closers.push(() => platform.close());
  });
  after(async () => {
    for (const close of closers.reverse()) await close();
  });

  const readiness = async () => {
    await platform.send("PUT", "/v1/servers/gs-recovery", { token: platform.serverKey, body: gameServer.heartbeat() });
    return sendJson("GET", `${platform.opsUrl}/readyz`);
  };
  const failing = async () => {
    const { status, body } = await readiness();
    const checks = Object.entries(body.checks as Record<string, { ok: boolean }>);
    assert.equal(status, checks.every(([, { ok }]) => ok) ? 200 : 503);
    return checks.filter(([, { ok }]) => !ok).map(([name]) => name);
  };
  const until = (what: string, names: string[]) =>
    eventually(what, async () => JSON.stringify(await failing()) === JSON.stringify(names), 30_000);
  const signIn = () => platform.send("POST", "/v1/auth/guest", { body: { deviceId: "device-of-recovery" } });
  const play = () => platform.send("POST", "/v1/matchmaking/join", { token, body: { mode: "arena" } });

  /** The request fails, at once or within a time limit, and says that it is not the caller's fault. */
  const assertUnavailable = async (send: () => ReturnType<typeof signIn>, withinMs: number) => {
    const startedAt = performance.now();
    const answer = await send();
    assert.equal(answer.status, 503, JSON.stringify(answer.body));
    assert.equal(answer.body.code, "service.unavailable");
    const elapsedMs = performance.now() - startedAt;
    assert.ok(elapsedMs < withinMs, `answered after ${Math.round(elapsedMs)} ms`);
  };

  it("starts without its database, says so, and is ready when it comes, without a restart", async () => {
    await platform.log.waitFor("database.unavailable");
    await until("the database alone to be away", ["database"]);
    await assertUnavailable(signIn, 2_000);
    database.mend();
    await until("everything to be ready", []);
    const { body } = await signIn();
    token = body.accessToken;
    playerId = body.playerId;
    assert.equal((await play()).body.status, "matched");
  });

  it("names the database when it is cut off, refuses at once, and recovers by itself", async () => {
    database.cut();
    await until("the database to be away", ["database"]);
    await assertUnavailable(signIn, 2_500);
    await assertUnavailable(play, 2_500);
    database.mend();
    await until("everything to be ready", []);
    assert.equal((await signIn()).body.playerId, playerId);
    assert.equal((await play()).body.status, "matched");
  });

  it("names Redis when it is cut off, refuses at once, and recovers by itself", async () => {
    redis.cut();
    await until("Redis and what is in it to be away", ["ephemeral", "gameServers"]);
    const metrics = await sendJson("GET", `${platform.opsUrl}/metrics`);
    assert.equal(metrics.status, 200, "an operator needs the metrics most when something is away");
    assert.match(metrics.body, /platform_dependency_up\{check="ephemeral"\} 0/);
    await assertUnavailable(signIn, 1_000);
    await assertUnavailable(play, 1_000);
    redis.mend();
    await until("everything to be ready", []);
    assert.equal((await play()).body.status, "matched");
  });

  it("does not hang on a database that swallows everything, and recovers by itself", async () => {
    database.silence();
    await until("the database to be away", ["database"]);
    await assertUnavailable(signIn, 7_000);
    database.mend();
    await until("everything to be ready", []);
    assert.equal((await signIn()).body.playerId, playerId);
  });

  it("does not hang on a Redis that swallows everything, and recovers by itself", async () => {
    redis.silence();
    await until("Redis to be away", ["ephemeral", "gameServers"]);
    await assertUnavailable(signIn, 3_000);
    redis.mend();
    await until("everything to be ready", []);
    assert.equal((await play()).body.status, "matched");
  });

  it("has had no fault of its own meanwhile", () => {
    assert.deepEqual(
      platform.log.lines.filter(({ level }) => level === "error"),
      [],
    );
  });
});
