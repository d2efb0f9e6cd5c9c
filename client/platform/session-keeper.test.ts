// Sessions that renew themselves: one request for all who wait, answers that are lost, and ends from elsewhere.
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { PlatformApi } from "../index.ts";
import { ACCESS_MS, FakeAccounts } from "../testing/fake-accounts.ts";
import type { SessionEvent } from "./session-keeper.ts";
import { MemorySessionStorage } from "./session-storage.ts";

const REFRESH = "POST /v1/auth/refresh";
const WAITING = 50;

let platform: FakeAccounts;
let storage: MemorySessionStorage;
let events: SessionEvent[];
let api: PlatformApi;

const open = (): PlatformApi => {
  const opened = new PlatformApi("http://platform.test", { fetch: platform.fetch, clock: platform, storage });
  opened.onEvent((event) => void events.push(event));
  return opened;
};
const types = (): string[] => events.map(({ type }) => type);
const call = () => api.sessions.list();

beforeEach(async () => {
  platform = new FakeAccounts();
  storage = new MemorySessionStorage();
  events = [];
  api = open();
  await api.signIn.asGuest("device-of-the-keeper");
});

describe("a session", () => {
  test("lends its token without a request while it is good", async () => {
    await call();
    platform.nowMs += ACCESS_MS - 60_000;
    await call();
    assert.equal(platform.count(REFRESH), 0);
    assert.deepEqual(types(), ["signed-in"]);
  });

  test("refreshes once, however many calls wait", async () => {
    platform.nowMs += ACCESS_MS;
    await Promise.all(Array.from({ length: WAITING }, call));
    assert.equal(platform.count(REFRESH), 1);
    assert.equal(platform.count("GET /v1/sessions"), WAITING);
    assert.deepEqual(types(), ["signed-in", "refreshed"]);
    await call();
    assert.equal(platform.count(REFRESH), 1);
  });

  test("refreshes once for all whose token the platform calls old, and sends each call again", async () => {
    platform.nowMs += ACCESS_MS;
    const slow = { now: () => platform.nowMs - ACCESS_MS, pause: platform.pause };
    const late = new PlatformApi("http://platform.test", { fetch: platform.fetch, clock: slow, storage });
    assert.ok(await late.restore());
    await Promise.all(Array.from({ length: WAITING }, () => late.sessions.list()));
    assert.equal(platform.count(REFRESH), 1);
    assert.equal(platform.count("GET /v1/sessions"), 2 * WAITING);
  });

  test("is kept when the answer to a refresh is lost: the same token is sent again", async () => {
    platform.nowMs += ACCESS_MS;
    let lost = 0;
    platform.interfere = (path, answer) => {
      const response = answer();
      if (path !== "/v1/auth/refresh" || lost === 2) return response;
      lost += 1;
      throw new TypeError("the answer was lost");
    };
    await Promise.all([call(), call()]);
    assert.equal(lost, 2);
    assert.equal(platform.count(REFRESH), 3);
    assert.deepEqual(types(), ["signed-in", "refreshed"]);
  });

  test("is kept while the platform is away, and a token that is still good is used meanwhile", async () => {
    platform.interfere = (path, answer) => {
      if (path === "/v1/auth/refresh") throw new TypeError("nobody is there");
      return answer();
    };
    platform.nowMs += ACCESS_MS - 20_000;
    await call();
    platform.nowMs += 20_000;
    await assert.rejects(call(), { code: "client.unreachable" });
    assert.ok(api.player);
    platform.interfere = (_path, answer) => answer();
    await call();
    assert.deepEqual(types(), ["signed-in", "refreshed"]);
  });

  test("that was ended elsewhere is over with the next call, and says so once to everybody", async () => {
    const { playerId, sessionId } = api.player!;
    platform.end();
    const results = await Promise.allSettled(Array.from({ length: WAITING }, call));
    for (const result of results)
      assert.equal(result.status === "rejected" && result.reason.code, "auth.session_ended");
    assert.deepEqual(types(), ["signed-in", "signed-out"]);
    const ended = events[1]!;
    assert.ok(ended.type === "signed-out" && ended.error?.code === "auth.session_ended");
    assert.deepEqual([ended.playerId, ended.sessionId], [playerId, sessionId]);
    assert.equal(api.player, undefined);
    assert.equal(await storage.load(), undefined);
    await assert.rejects(call(), { code: "auth.missing" });
  });

  test("that was ended elsewhere is over with a refresh too", async () => {
    platform.end();
    platform.nowMs += ACCESS_MS;
    await assert.rejects(Promise.all([call(), call()]), { code: "auth.session_ended" });
    assert.deepEqual(types(), ["signed-in", "signed-out"]);
  });

  test("stays when a call is refused for another reason", async () => {
    for (const code of ["account.banned", "auth.forbidden", "auth.elevation_required"] as const) {
      platform.refuseOnce = code;
      await assert.rejects(call(), { code });
    }
    assert.deepEqual(types(), ["signed-in"]);
  });

  test("is taken up from storage, by the platform that it is of alone", async () => {
    const { playerId } = api.player!;
    const again = open();
    assert.equal((await again.restore())?.playerId, playerId);
    await again.sessions.list();
    const elsewhere = new PlatformApi("http://elsewhere.test", { fetch: platform.fetch, clock: platform, storage });
    assert.equal(await elsewhere.restore(), undefined);
    const staging = new PlatformApi("http://platform.test", {
      fetch: platform.fetch,
      storage,
      environment: "demo/live",
    });
    assert.equal(await staging.restore(), undefined);
    platform.nowMs += 31 * 86_400_000;
    assert.equal(await open().restore(), undefined);
  });

  test("that another tab has refreshed is taken from there", async () => {
    const tab = open();
    await tab.restore();
    platform.nowMs += ACCESS_MS;
    await tab.sessions.list();
    platform.nowMs += 60_000;
    await call();
    assert.equal(platform.count(REFRESH), 1);
    assert.deepEqual(types(), ["signed-in", "refreshed"]);
  });

  test("that was signed out of during a refresh does not come back", async () => {
    platform.nowMs += ACCESS_MS;
    const reached = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    platform.interfere = async (path, answer) => {
      if (path !== "/v1/auth/refresh") return answer();
      reached.resolve();
      await release.promise;
      return answer();
    };
    const waiting = assert.rejects(call(), { code: "auth.missing" });
    await reached.promise;
    await api.sessions.signOut();
    release.resolve();
    await waiting;
    assert.equal(api.player, undefined);
    assert.equal(await storage.load(), undefined);
    assert.deepEqual(types(), ["signed-in", "signed-out"]);
  });

  test("of another sign-in is never touched by the end or refresh of the one before", async () => {
    platform.nowMs += ACCESS_MS;
    const reached = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    platform.interfere = async (path, answer) => {
      if (path !== "/v1/auth/refresh") return answer();
      reached.resolve();
      await release.promise;
      platform.interfere = (_path, later) => later();
      return Response.json({ title: "ended", code: "auth.session_ended" }, { status: 401 });
    };
    const waiting = assert.rejects(call(), { code: "auth.session_ended" });
    await reached.promise;
    await api.signIn.asGuest("another-device");
    release.resolve();
    await waiting;
    assert.equal(api.player?.sessionId, platform.sessionId);
    assert.equal((await storage.load())?.sessionId, platform.sessionId);
    await call();
    assert.deepEqual(types(), ["signed-in", "signed-in"]);
  });

  test("an abort ends the caller's wait and no refresh of others", async () => {
    platform.nowMs += ACCESS_MS;
    const reached = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    platform.interfere = async (path, answer) => {
      if (path === "/v1/auth/refresh") {
        reached.resolve();
        await release.promise;
      }
      return answer();
    };
    const abort = new AbortController();
    const given = assert.rejects(api.sessions.list(abort.signal), { code: "client.aborted" });
    const other = call();
    await reached.promise;
    abort.abort();
    await given;
    release.resolve();
    assert.deepEqual(await other, []);
    assert.equal(platform.count(REFRESH), 1);
  });

  test("forgets at sign-out even when the platform cannot be told, and says so", async () => {
    platform.interfere = () => {
      throw new TypeError("nobody is there");
    };
    await assert.rejects(api.sessions.signOut(), { code: "client.unreachable" });
    assert.equal(api.player, undefined);
    const last = events.at(-1)!;
    assert.ok(last.type === "signed-out" && last.error === undefined);
    await api.sessions.signOut();
  });
});
