// The whole platform over HTTP, on PGlite and memory: every route as a client, a game server and an operator use it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { ERROR_CATALOGUE } from "../shared/schema/errors.ts";
import { JOIN_TICKET_AUDIENCE, JoinTicketClaims, TOKEN_ISSUER } from "../shared/schema/platform/index.ts";
import { eventually } from "./testing/eventually.ts";
import { type FakeGameServer, startFakeGameServer } from "./testing/fake-game-server.ts";
import { type Answer, sendJson, startTestPlatform, type TestPlatform } from "./testing/test-platform.ts";

let platform: TestPlatform;
let gameServer: FakeGameServer;

before(async () => {
  platform = await startTestPlatform({ GUEST_SIGN_INS_PER_MINUTE: "60", MATCHMAKING_JOINS_PER_MINUTE: "5" });
  gameServer = await startFakeGameServer();
});
after(async () => {
  await gameServer.close();
  await platform.close();
});

function assertProblem(answer: Answer, code: keyof typeof ERROR_CATALOGUE): void {
  assert.equal(answer.headers.get("Content-Type"), "application/problem+json");
  const { status, title } = ERROR_CATALOGUE[code];
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  const { detail, requestId, errors, ...fixed } = answer.body;
  assert.deepEqual(fixed, { type: `/docs/errors#${code}`, title, status, code });
  assert.ok(detail.length > 0);
  assert.equal(requestId, answer.headers.get("X-Request-Id"));
  if (code === "request.invalid") assert.ok(errors.length > 0);
}

const heartbeat = (serverId = "gs-1", overrides = {}) =>
  platform.send("PUT", `/v1/servers/${serverId}`, { token: platform.serverKey, body: gameServer.heartbeat(overrides) });

const goodbye = (serverId = "gs-1") =>
  platform.send("DELETE", `/v1/servers/${serverId}`, { token: platform.serverKey });

describe("guest sign-in", () => {
  it("gives the same device the same player, and a token that opens the player's routes", async () => {
    const first = await platform.send("POST", "/v1/auth/guest", { body: { deviceId: "device-aaaa" } });
    assert.equal(first.status, 200);
    assert.deepEqual(Object.keys(first.body).sort(), [
      "accessToken",
      "expiresIn",
      "playerId",
      "refreshExpiresIn",
      "refreshToken",
      "sessionId",
    ]);
    assert.equal(first.body.expiresIn, 900);
    const second = await platform.signIn("device-aaaa");
    assert.equal(second.playerId, first.body.playerId);
    assert.notEqual((await platform.signIn("device-bbbb")).playerId, first.body.playerId);
    const query = `ticketId=${crypto.randomUUID()}`;
    const opened = await platform.send("GET", `/v1/matchmaking/status?${query}`, { token: second.accessToken });
    assertProblem(opened, "matchmaking.ticket_not_found");
  });

  it("names what is wrong with a body", async () => {
    const wrong = async (body: unknown) => (await platform.send("POST", "/v1/auth/guest", { body })).body.errors;
    assert.deepEqual(await wrong({ deviceId: "short", admin: true }), [
      { field: "deviceId", message: "must have at least 8 characters" },
      { field: "admin", message: "is not a known field; remove it" },
    ]);
    assert.deepEqual(await wrong({}), [{ field: "deviceId", message: "is required and must be a string" }]);
    assert.deepEqual(await wrong({ deviceId: "with a space" }), [
      { field: "deviceId", message: "use printable ASCII without spaces" },
    ]);
    assert.deepEqual(await wrong([1]), [{ field: "body", message: "must be a JSON object" }]);
  });

  it("answers malformed, oversized and foreign bodies each by its own problem", async () => {
    const post = async (body: string, type = "application/json"): Promise<Answer> => {
      const init = { method: "POST", headers: { "Content-Type": type }, body };
      const response = await fetch(`${platform.url}/v1/auth/guest`, init);
      return { status: response.status, headers: response.headers, body: await response.json() };
    };
    assertProblem(await post('{"deviceId": "device-aa'), "request.malformed");
    assertProblem(await post(""), "request.malformed");
    assertProblem(await post(`{"deviceId":"${"x".repeat(70_000)}"}`), "request.too_large");
    assertProblem(
      await post("deviceId=device-aaaa", "application/x-www-form-urlencoded"),
      "request.unsupported_media_type",
    );
    assertProblem(await post('{"deviceId":"short"}'), "request.invalid");
    assertProblem(await post('{"deviceId":"device-aaaa","__proto__":{"admin":true}}'), "request.invalid");
  });
});

describe("bearer tokens", () => {
  it("are asked for, and refused by kind", async () => {
    const join = (token?: string) =>
      platform.send("POST", "/v1/matchmaking/join", {
        body: { mode: "arena" },
        ...(token === undefined ? {} : { token }),
      });
    const missing = await join();
    assertProblem(missing, "auth.missing");
    assert.equal(missing.headers.get("WWW-Authenticate"), "Bearer");
    assertProblem(await join("not-a-token"), "auth.invalid");
    assertProblem(await join(platform.serverKey), "auth.forbidden");
    const basic = await fetch(`${platform.url}/v1/matchmaking/join`, {
      method: "POST",
      headers: { Authorization: "Basic dTpw", "Content-Type": "application/json" },
      body: "{}",
    });
    assert.equal(basic.status, 401);
    assert.equal(((await basic.json()) as { code: string }).code, "auth.invalid");
  });
});

describe("game servers", () => {
  it("register with the server credential alone", async () => {
    const { accessToken } = await platform.signIn("device-cccc");
    const body = gameServer.heartbeat();
    assertProblem(await platform.send("PUT", "/v1/servers/gs-1", { body }), "auth.missing");
    assertProblem(await platform.send("PUT", "/v1/servers/gs-1", { body, token: "x".repeat(40) }), "auth.invalid");
    assertProblem(await platform.send("PUT", "/v1/servers/gs-1", { body, token: accessToken }), "auth.forbidden");
    assertProblem(await platform.send("DELETE", "/v1/servers/gs-1", { token: accessToken }), "auth.forbidden");
    const wrong = await heartbeat("-bad-id-", { players: -1 });
    assertProblem(wrong, "request.invalid");
    assertProblem(await heartbeat("gs-1", { players: -1, region: "eu" }), "request.invalid");
  });

  it("make the platform ready, until they drain or leave", async () => {
    const ready = async () => {
      const answer = await sendJson("GET", `${platform.opsUrl}/readyz`);
      return { status: answer.status, gameServers: answer.body.checks.gameServers };
    };
    assert.equal((await ready()).status, 503);
    assert.match((await ready()).gameServers.detail, /No game server has sent a heartbeat/);
    assert.equal((await heartbeat()).status, 200);
    assert.deepEqual(await ready(), { status: 200, gameServers: { ok: true } });
    await heartbeat("gs-1", { isDraining: true });
    assert.match((await ready()).gameServers.detail, /draining/);
    await heartbeat();
    assert.equal((await goodbye()).status, 204);
    assert.equal((await goodbye()).status, 204);
    assert.equal((await ready()).status, 503);
  });

  it("are forgotten when they fall silent", async () => {
    await heartbeat("gs-silent");
    const line = async () => (await sendJson("GET", `${platform.opsUrl}/readyz`)).status;
    assert.equal(await line(), 200);
    await eventually("the silent game server to be forgotten", async () => (await line()) === 503);
  });
});

describe("quick play", () => {
  it("queues, then matches with a join ticket that the published keys verify", async () => {
    const { accessToken: token, playerId } = await platform.signIn("device-dddd");
    const queued = await platform.send("POST", "/v1/matchmaking/join", { token, body: { mode: "arena" } });
    assert.equal(queued.status, 200);
    assert.deepEqual(queued.body, { ticketId: queued.body.ticketId, status: "queued" });
    await heartbeat();
    const path = `/v1/matchmaking/status?ticketId=${queued.body.ticketId}`;
    const matched = await eventually("a seat", async () => {
      const answer = await platform.send("GET", path, { token });
      return answer.body.status === "matched" && answer;
    });
    const { endpoint, roomId, ticket } = matched.body.assignment;
    assert.equal(endpoint, "ws://127.0.0.1:2567", "localhost becomes the host that the client used");
    assert.equal(roomId, "room-1");
    const jwks = createRemoteJWKSet(new URL(`${platform.url}/.well-known/jwks.json`));
    const options = { issuer: TOKEN_ISSUER, audience: JOIN_TICKET_AUDIENCE };
    const claims = JoinTicketClaims.parse((await jwtVerify(ticket, jwks, options)).payload);
    assert.deepEqual([claims.sub, claims.mode, claims.roomId], [playerId, "arena", "room-1"]);
    assert.deepEqual((await platform.send("GET", path, { token })).body, matched.body, "asked again, the same");
    assertProblem(
      await platform.send("POST", "/v1/matchmaking/join", { token: ticket, body: { mode: "arena" } }),
      "auth.invalid",
    );

    const stranger = await platform.signIn("device-eeee");
    assertProblem(await platform.send("GET", path, { token: stranger.accessToken }), "matchmaking.ticket_not_found");
    assertProblem(await platform.send("DELETE", path, { token: stranger.accessToken }), "matchmaking.ticket_not_found");
    assert.equal((await platform.send("DELETE", path, { token })).status, 204);
    assertProblem(await platform.send("GET", path, { token }), "matchmaking.ticket_not_found");
    await goodbye();
  });

  it("refuses an unknown mode, a wrong body and a wrong query, and names the fix", async () => {
    await heartbeat();
    const { accessToken: token } = await platform.signIn("device-ffff");
    const unknown = await platform.send("POST", "/v1/matchmaking/join", { token, body: { mode: "chess" } });
    assertProblem(unknown, "matchmaking.unknown_mode");
    assert.deepEqual(unknown.body.errors, [{ field: "mode", message: "must be one of arena" }]);
    assertProblem(
      await platform.send("POST", "/v1/matchmaking/join", { token, body: { mode: "Arena!" } }),
      "request.invalid",
    );
    assertProblem(await platform.send("GET", "/v1/matchmaking/status", { token }), "request.invalid");
    assertProblem(await platform.send("GET", "/v1/matchmaking/status?ticketId=1&x=2", { token }), "request.invalid");
    await goodbye();
  });

  it("limits how often a player joins, and says when to try again", async () => {
    const { accessToken: token } = await platform.signIn("device-gggg");
    const join = () => platform.send("POST", "/v1/matchmaking/join", { token, body: { mode: "arena" } });
    for (let i = 0; i < 5; i += 1) assert.equal((await join()).status, 200);
    const limited = await join();
    assertProblem(limited, "request.rate_limited");
    const seconds = Number(limited.headers.get("Retry-After"));
    assert.ok(seconds >= 1 && seconds <= 60);
    const other = await platform.signIn("device-hhhh");
    const free = await platform.send("POST", "/v1/matchmaking/join", {
      token: other.accessToken,
      body: { mode: "arena" },
    });
    assert.equal(free.status, 200, "another player is not held back");
  });
});

describe("every answer", () => {
  it("carries a request id and safe headers, and lets any origin call without credentials", async () => {
    const response = await fetch(`${platform.url}/v1/nothing`, {
      headers: { "X-Request-Id": "mine", Origin: "https://x.example" },
    });
    assert.equal(response.headers.get("X-Request-Id"), "mine");
    assert.equal(response.headers.get("X-Content-Type-Options"), "nosniff");
    assert.match(response.headers.get("Content-Security-Policy") ?? "", /default-src 'none'/);
    assert.equal(response.headers.get("Access-Control-Allow-Origin"), "*");
    assert.equal(response.headers.get("Access-Control-Allow-Credentials"), null);
    const preflight = await fetch(`${platform.url}/v1/matchmaking/join`, {
      method: "OPTIONS",
      headers: {
        Origin: "https://x.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
      },
    });
    assert.equal(preflight.status, 204);
    assert.match(preflight.headers.get("Access-Control-Allow-Headers") ?? "", /Authorization/i);
  });

  it("is a problem for unknown paths and wrong methods, and the operator's paths are unknown here", async () => {
    for (const path of [
      "/v1/nothing",
      "/healthz",
      "/readyz",
      "/metrics",
      "/v1/auth",
      "/v1/servers",
      "/../etc/passwd",
    ]) {
      assertProblem(await platform.send("GET", path), "route.not_found");
    }
    const wrong = await platform.send("GET", "/v1/auth/guest");
    assertProblem(wrong, "route.method_not_allowed");
    assert.equal(wrong.headers.get("Allow"), "POST");
    const two = await platform.send("PATCH", "/v1/matchmaking/status");
    assert.equal(two.headers.get("Allow"), "DELETE, GET, HEAD");
  });

  it("is a problem even below HTTP", async () => {
    for (const bytes of [
      "nonsense\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
      "GET /\\x HTTP/1.1\r\nHost: x\r\n\r\n",
    ]) {
      const socket = connect(platform.platform.port, "127.0.0.1");
      socket.end(bytes);
      let text = "";
      socket.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      await once(socket, "close");
      assert.match(text, /^HTTP\/1.1 400 /, bytes);
      assert.match(text, /application\/problem\+json/i);
      assert.match(text, /"code":"request.malformed"/);
    }
  });
});

describe("operations", () => {
  it("counts requests by route template, never by path", async () => {
    await platform.send("GET", "/v1/some-path-of-a-stranger");
    await heartbeat("gs-of-a-name");
    const { body } = await sendJson("GET", `${platform.opsUrl}/metrics`);
    assert.match(
      body,
      /platform_http_requests_total\{route="\/v1\/servers\/:serverId",method="PUT",status="200"\} \d+/,
    );
    assert.match(body, /platform_http_requests_total\{route="none",method="GET",status="404"\} \d+/);
    assert.match(body, /platform_sign_ins_total\{provider="guest",player="new"\} \d+/);
    assert.match(body, /platform_matchmaking_tickets_total\{event="matched"\} \d+/);
    assert.match(body, /platform_dependency_up\{check="database"\} 1/);
    assert.match(body, /platform_rate_limited_total\{limit="matchmaking_join"\} 1/);
    assert.doesNotMatch(body, /stranger|gs-of-a-name/);
    await goodbye("gs-of-a-name");
  });

  it("answers only its own paths on the operator's port", async () => {
    assert.equal((await sendJson("GET", `${platform.opsUrl}/v1/auth/guest`)).status, 404);
    assert.equal((await sendJson("GET", `${platform.opsUrl}/healthz`)).status, 200);
  });

  it("limits guest sign-ins by address", async () => {
    const answers = await Promise.all(
      Array.from({ length: 61 }, () => platform.send("POST", "/v1/auth/guest", { body: { deviceId: "device-zzzz" } })),
    );
    const limited = answers.find(({ status }) => status === 429);
    assert.ok(limited);
    assertProblem(limited, "request.rate_limited");
  });

  it("has written no token, device id or key to the log", () => {
    assert.ok(platform.log.lines.length > 50);
    assert.doesNotMatch(platform.log.text, /eyJ|device-[a-z]{4}/);
    assert.ok(!platform.log.text.includes(platform.serverKey));
  });
});
