// Sessions and bans over HTTP, as a client and an operator use them.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { startFakeGameServer } from "../testing/fake-game-server.ts";
import { type Answer, startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

const OPERATOR_KEY = "an-operator-key-for-tests-only-0123456789";

let platform: TestPlatform;
before(async () => {
  platform = await startTestPlatform({ OPERATOR_KEY, GUEST_SIGN_INS_PER_MINUTE: "1000" });
});
after(async () => platform.close());

interface SignedIn {
  readonly playerId: string;
  readonly sessionId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

async function signIn(deviceId: string = randomUUID()): Promise<SignedIn> {
  return (await platform.send("POST", "/v1/auth/guest", { body: { deviceId } })).body;
}

const refresh = (refreshToken: string) => platform.send("POST", "/v1/auth/refresh", { body: { refreshToken } });
const asOperator = (method: string, path: string, body?: unknown) =>
  platform.send(method, path, { token: OPERATOR_KEY, ...(body === undefined ? {} : { body }) });
const codeOf = ({ status, body }: Answer) => [status, body?.code];

describe("POST /v1/auth/refresh", () => {
  it("gives the next refresh token and a new access token of the same session", async () => {
    const first = await signIn();
    const answer = await refresh(first.refreshToken);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("Cache-Control"), "no-store");
    const { playerId, sessionId, accessToken, expiresIn, refreshToken, refreshExpiresIn } = answer.body;
    assert.deepEqual([playerId, sessionId, expiresIn], [first.playerId, first.sessionId, 900]);
    assert.notEqual(refreshToken, first.refreshToken);
    assert.ok(refreshExpiresIn > 29 * 86_400 && refreshExpiresIn <= 30 * 86_400);
    assert.equal((await platform.send("GET", "/v1/sessions", { token: accessToken })).status, 200);
    assert.deepEqual((await refresh(first.refreshToken)).body.refreshToken, refreshToken, "sent again, the same");
  });

  it("refuses what is no refresh token, and an access token is none", async () => {
    const { accessToken, refreshToken } = await signIn();
    assert.deepEqual(codeOf(await refresh("gkr_nonsense")), [401, "auth.invalid"]);
    assert.deepEqual(codeOf(await refresh(accessToken.slice(0, 200))), [401, "auth.invalid"]);
    assert.deepEqual(codeOf(await platform.send("GET", "/v1/sessions", { token: refreshToken })), [
      401,
      "auth.invalid",
    ]);
    const empty = await platform.send("POST", "/v1/auth/refresh", { body: {} });
    assert.deepEqual(empty.body.errors, [{ field: "refreshToken", message: "is required and must be a string" }]);
  });

  it("writes no token to the log", () => {
    assert.doesNotMatch(platform.log.text, /gkr_|eyJ/);
  });
});

describe("ending sessions", () => {
  it("signs out with the refresh token alone, and the access token is refused at once", async () => {
    const { accessToken, refreshToken } = await signIn();
    const signOut = () => platform.send("POST", "/v1/auth/sign-out", { body: { refreshToken } });
    assert.equal((await signOut()).status, 204);
    assert.equal((await signOut()).status, 204, "twice is no error");
    assert.deepEqual(codeOf(await platform.send("GET", "/v1/sessions", { token: accessToken })), [
      401,
      "auth.session_ended",
    ]);
    assert.deepEqual(codeOf(await refresh(refreshToken)), [401, "auth.session_ended"]);
  });

  it("lists a player's sessions and ends them one by one, never a stranger's", async () => {
    const deviceId = randomUUID();
    const [here, there, stranger] = [await signIn(deviceId), await signIn(deviceId), await signIn()];
    const token = here.accessToken;
    const list = async () => (await platform.send("GET", "/v1/sessions", { token })).body.sessions;
    const listed = await list();
    assert.deepEqual(
      listed.map((each: { sessionId: string; isCurrent: boolean }) => [each.sessionId, each.isCurrent]),
      [
        [there.sessionId, false],
        [here.sessionId, true],
      ],
    );
    assert.equal(listed[0].provider, "guest");
    assert.equal(listed[0].address, "127.0.0.1");
    const end = (sessionId: string) => platform.send("DELETE", `/v1/sessions/${sessionId}`, { token });
    assert.deepEqual(codeOf(await end(stranger.sessionId)), [404, "session.not_found"]);
    assert.equal((await end(there.sessionId)).status, 204);
    assert.deepEqual(codeOf(await end(there.sessionId)), [404, "session.not_found"]);
    assert.deepEqual(codeOf(await end("not-an-id")), [422, "request.invalid"]);
    assert.equal((await list()).length, 1);
    assert.deepEqual(codeOf(await refresh(there.refreshToken)), [401, "auth.session_ended"]);
    assert.equal((await refresh(stranger.refreshToken)).status, 200);
  });

  it("ends all others, or all", async () => {
    const deviceId = randomUUID();
    const [one, two] = [await signIn(deviceId), await signIn(deviceId)];
    const token = one.accessToken;
    assert.equal((await platform.send("DELETE", "/v1/sessions?keep=current", { token })).status, 204);
    assert.equal((await refresh(two.refreshToken)).status, 401);
    assert.equal((await platform.send("GET", "/v1/sessions", { token })).body.sessions.length, 1);
    assert.equal((await platform.send("DELETE", "/v1/sessions?keep=all", { token })).status, 422);
    assert.equal((await platform.send("DELETE", "/v1/sessions", { token })).status, 204);
    assert.deepEqual(codeOf(await platform.send("GET", "/v1/sessions", { token })), [401, "auth.session_ended"]);
  });

  it("is told to a game server with its heartbeat, from where it has read to", async () => {
    const server = await startFakeGameServer();
    const beat = async (endedCursor?: string) => {
      const body = { ...server.heartbeat(), ...(endedCursor === undefined ? {} : { endedCursor }) };
      return platform.send("PUT", "/v1/servers/gs-ended", { token: platform.serverKey, body });
    };
    const { endedCursor } = (await beat()).body;
    const { refreshToken, sessionId } = await signIn();
    await platform.send("POST", "/v1/auth/sign-out", { body: { refreshToken } });
    const told = await beat(`${Number(endedCursor) + 1}`);
    assert.ok(told.body.endedSessions.some((each: { sessionId: string }) => each.sessionId === sessionId));
    assert.deepEqual(codeOf(await beat("yesterday")), [422, "request.invalid"]);
    await server.close();
  });
});

describe("operators", () => {
  it("see and end a player's sessions", async () => {
    const { playerId, sessionId, accessToken } = await signIn();
    const path = `/v1/players/${playerId}/sessions`;
    const { body } = await asOperator("GET", path);
    assert.deepEqual(
      body.sessions.map((each: { sessionId: string }) => each.sessionId),
      [sessionId],
    );
    assert.deepEqual(codeOf(await platform.send("GET", path, { token: accessToken })), [403, "auth.forbidden"]);
    assert.equal((await asOperator("DELETE", path)).status, 204);
    assert.deepEqual(codeOf(await platform.send("GET", "/v1/sessions", { token: accessToken })), [
      401,
      "auth.session_ended",
    ]);
  });

  it("place a ban, read it, change it, list it page by page and lift it", async () => {
    const deviceId = randomUUID();
    const { playerId, accessToken } = await signIn(deviceId);
    const target = { kind: "account", playerId };
    const request = {
      target,
      reason: " Cheating. ",
      appealNote: "Write to support.",
      expiresAt: "2099-01-01T00:00:00Z",
    };
    const placed = await asOperator("POST", "/v1/bans", request);
    assert.equal(placed.status, 200);
    const { banId, createdAt, createdBy, ...rest } = placed.body;
    assert.equal(createdBy, "operator/built-in");
    assert.ok(createdAt);
    assert.deepEqual(rest, {
      kind: "account",
      playerId,
      reason: "Cheating.",
      appealNote: "Write to support.",
      expiresAt: "2099-01-01T00:00:00.000Z",
      isActive: true,
    });
    assert.deepEqual(codeOf(await platform.send("GET", "/v1/sessions", { token: accessToken })), [
      401,
      "auth.session_ended",
    ]);
    const refused = await platform.send("POST", "/v1/auth/guest", { body: { deviceId } });
    assert.deepEqual(codeOf(refused), [403, "account.banned"]);
    assert.equal(refused.body.detail, "Until 2099-01-01T00:00:00.000Z: Cheating. Write to support.");
    const changed = await asOperator("PATCH", `/v1/bans/${banId}`, { expiresAt: null, appealNote: "Refused." });
    assert.deepEqual([changed.body.expiresAt, changed.body.appealNote], [undefined, "Refused."]);
    await asOperator("POST", "/v1/bans", { target, reason: "Again." });
    const first = (await asOperator("GET", `/v1/bans?playerId=${playerId}&limit=1`)).body;
    const second = (await asOperator("GET", `/v1/bans?playerId=${playerId}&limit=1&after=${first.next}`)).body;
    assert.deepEqual([first.bans[0].reason, second.bans[0].reason], ["Again.", "Cheating."]);
    assert.equal(second.next, undefined);
    assert.equal((await asOperator("DELETE", `/v1/bans/${banId}`)).status, 204);
    assert.deepEqual(codeOf(await asOperator("DELETE", `/v1/bans/${banId}`)), [404, "ban.not_found"]);
    const lifted = (await asOperator("GET", `/v1/bans/${banId}`)).body;
    assert.equal(lifted.liftedBy, "operator/built-in");
    assert.equal(lifted.isActive, false);
    const active = (await asOperator("GET", `/v1/bans?playerId=${playerId}&active=true`)).body.bans;
    assert.equal(active.length, 1);
  });

  it("are told what is wrong with a ban, and nobody else may place one", async () => {
    const { accessToken, sessionId } = await signIn();
    const place = (target: unknown, more = {}) => asOperator("POST", "/v1/bans", { target, reason: "X.", ...more });
    const wide = await place({ kind: "address", range: "0.0.0.0/0" });
    assert.equal(wide.body.errors[0].field, "target.range");
    assert.deepEqual(codeOf(await place({ kind: "account", playerId: randomUUID() })), [404, "player.not_found"]);
    assert.deepEqual(codeOf(await place({ kind: "device", sessionId: randomUUID() })), [404, "session.not_found"]);
    assert.deepEqual(codeOf(await place({ kind: "planet" })), [422, "request.invalid"]);
    const past = await place({ kind: "device", sessionId }, { expiresAt: "2001-01-01T00:00:00Z" });
    assert.equal(past.body.errors[0].field, "expiresAt");
    const body = { target: { kind: "device", sessionId }, reason: "X." };
    for (const token of [accessToken, platform.serverKey]) {
      assert.deepEqual(codeOf(await platform.send("POST", "/v1/bans", { token, body })), [403, "auth.forbidden"]);
    }
  });

  it("keep a device out by one of its sessions before a player is made for it", async () => {
    const deviceId = randomUUID();
    const { sessionId } = await signIn(deviceId);
    const banned = await asOperator("POST", "/v1/bans", { target: { kind: "device", sessionId }, reason: "X." });
    assert.equal(banned.body.kind, "device");
    assert.ok(!JSON.stringify(banned.body).includes("Hash"));
    assert.deepEqual(codeOf(await platform.send("POST", "/v1/auth/guest", { body: { deviceId } })), [
      403,
      "account.banned",
    ]);
  });
});
