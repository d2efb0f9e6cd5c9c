// Administration over HTTP: an operator makes an environment and its keys, and people play in it.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { JOIN_TICKET_AUDIENCE, JoinTicketClaims } from "../shared/schema/platform/index.ts";
import { type FakeGameServer, startFakeGameServer } from "./testing/fake-game-server.ts";
import { startTestPlatform, type TestPlatform } from "./testing/test-platform.ts";

const OPERATOR_KEY = randomBytes(24).toString("hex");
const LIVE = "demo/live";

let platform: TestPlatform;
let gameServer: FakeGameServer;

before(async () => {
  platform = await startTestPlatform({ OPERATOR_KEY });
  gameServer = await startFakeGameServer();
  assert.equal((await operate("POST", "/v1/environments", { id: LIVE })).status, 201);
});
after(async () => {
  await gameServer.close();
  await platform.close();
});

const operate = (method: string, path: string, body?: unknown, environment?: string) =>
  platform.send(method, path, { token: OPERATOR_KEY, environment, body });

async function newKey(body: object): Promise<string> {
  const made = await operate("POST", "/v1/api-keys", body, LIVE);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body.secret;
}

const signIn = (environment: string) =>
  platform.send("POST", "/v1/auth/guest", { environment, body: { deviceId: "one-device-everywhere" } });

const codeOf = async (answer: Promise<{ body: { code?: string } }>) => (await answer).body?.code;

describe("an environment", () => {
  it("has players of its own, also of a device that is known elsewhere", async () => {
    const [here, there] = [await signIn("demo/dev"), await signIn(LIVE)];
    assert.notEqual(here.body.playerId, there.body.playerId);
    assert.equal((await signIn(LIVE)).body.playerId, there.body.playerId);
    assert.equal(await codeOf(signIn("demo/none")), "environment.unknown");
  });

  it("has game servers, seats and tickets of its own, signed by a key of its own", async () => {
    const token = await newKey({ kind: "server", name: "fleet" });
    assert.equal((await platform.send("PUT", "/v1/servers/gs-1", { token, body: gameServer.heartbeat() })).status, 200);
    const join = async (environment: string) => {
      const player = (await signIn(environment)).body;
      return (
        await platform.send("POST", "/v1/matchmaking/join", { token: player.accessToken, body: { mode: "arena" } })
      ).body;
    };
    assert.equal((await join("demo/dev")).status, "queued", "there is no game server for it");
    const { assignment } = await join(LIVE);
    const jwksOf = (environment: string) =>
      createRemoteJWKSet(new URL(`${platform.url}/.well-known/jwks.json`), {
        headers: { "X-Environment": environment },
      });
    const options = { audience: JOIN_TICKET_AUDIENCE };
    const { payload } = await jwtVerify(assignment.ticket, jwksOf(LIVE), options);
    assert.equal(JoinTicketClaims.parse(payload).env, LIVE);
    await assert.rejects(jwtVerify(assignment.ticket, jwksOf("demo/dev"), options), /no applicable key/);
    assert.deepEqual(gameServer.asked.at(-1)?.authorization, `Bearer ${gameServer.heartbeat().controlKey}`);
    const byAnother = { token: await newKey({ kind: "server", name: "another fleet" }), body: gameServer.heartbeat() };
    assert.equal(await codeOf(platform.send("PUT", "/v1/servers/gs-1", byAnother)), "auth.forbidden");
    assert.equal(
      await codeOf(platform.send("DELETE", "/v1/servers/gs-1", { token: byAnother.token })),
      "auth.forbidden",
    );
  });

  it("says whose pages may call it", async () => {
    const change = (corsOrigins: unknown) => operate("PATCH", "/v1/environment", { corsOrigins }, LIVE);
    assert.deepEqual((await change(["https://a.example"])).body, { id: LIVE, corsOrigins: ["https://a.example"] });
    assert.equal(await codeOf(change(["ftp://a.example"])), "request.invalid");
    assert.equal((await change(null)).body.corsOrigins, null);
    assert.equal((await operate("PATCH", "/v1/environment", {}, LIVE)).status, 200);
  });

  it("and its project are made once", async () => {
    assert.equal((await operate("POST", "/v1/projects", { id: "chess" })).status, 204);
    assert.equal(await codeOf(operate("POST", "/v1/projects", { id: "chess" })), "environment.exists");
    assert.equal(await codeOf(operate("POST", "/v1/environments", { id: LIVE })), "environment.exists");
    assert.equal(await codeOf(operate("POST", "/v1/environments", { id: "go/live" })), "environment.unknown");
    assert.equal((await operate("POST", "/v1/environments", { id: "chess/live" })).status, 201);
    const { body } = await operate("GET", "/v1/environments");
    assert.deepEqual(
      body.environments.map(({ id }: { id: string }) => id),
      ["chess/live", "demo/dev", LIVE],
    );
  });
});

describe("an operator", () => {
  it("sees and makes what the key reaches, and no more", async () => {
    const own = await newKey({ kind: "operator", name: "own", scopes: ["*"] });
    const project = await newKey({ kind: "operator", name: "project", scopes: ["*"], reach: "project" });
    const seen = async (token: string) =>
      (await platform.send("GET", "/v1/environments", { token })).body.environments.map(({ id }: { id: string }) => id);
    assert.deepEqual(await seen(own), [LIVE]);
    assert.deepEqual(await seen(project), ["demo/dev", LIVE]);
    const make = (token: string, id: string) => platform.send("POST", "/v1/environments", { token, body: { id } });
    assert.equal(await codeOf(make(own, "demo/test")), "auth.forbidden");
    assert.equal(await codeOf(make(project, "chess/test")), "auth.forbidden");
    assert.equal((await make(project, "demo/test")).status, 201);
    const projects = await platform.send("GET", "/v1/projects", { token: own });
    assert.deepEqual(
      projects.body.projects.map(({ id }: { id: string }) => id),
      ["demo"],
    );
    assert.equal(
      await codeOf(platform.send("POST", "/v1/projects", { token: project, body: { id: "x" } })),
      "auth.forbidden",
    );
    const elsewhere = { token: own, environment: "demo/dev" };
    assert.equal(await codeOf(platform.send("GET", "/v1/audit", elsewhere)), "auth.forbidden");
  });

  it("needs the scope of each path", async () => {
    const token = await newKey({ kind: "operator", name: "auditor", scopes: ["audit:read"] });
    assert.equal((await platform.send("GET", "/v1/audit", { token })).status, 200);
    for (const path of ["/v1/api-keys", "/v1/environments", "/v1/projects", "/v1/signing-keys"]) {
      const answer = await platform.send("GET", path, { token });
      assert.equal(answer.body.code, "auth.forbidden");
      assert.match(answer.body.detail, /lacks the scope/);
    }
  });

  it("rotates the signing key, and with a stolen one ends every token at once", async () => {
    const { accessToken: token } = (await signIn(LIVE)).body;
    const ask = () => codeOf(platform.send("GET", `/v1/matchmaking/status?ticketId=${crypto.randomUUID()}`, { token }));
    const rotate = (isCompromised: boolean) => operate("POST", "/v1/signing-keys/rotate", { isCompromised }, LIVE);
    assert.equal((await rotate(false)).body.state, "next");
    assert.equal(await codeOf(rotate(false)), "key.rotating");
    assert.equal(await ask(), "matchmaking.ticket_not_found", "nobody is signed out");
    assert.equal((await operate("GET", "/v1/signing-keys", undefined, LIVE)).body.signingKeys.length, 2);
    assert.equal((await rotate(true)).body.state, "signing");
    assert.equal(await ask(), "auth.invalid");
  });

  it("exports the audit log line by line", async () => {
    const response = await fetch(`${platform.url}/v1/audit/export`, {
      headers: { Authorization: `Bearer ${OPERATOR_KEY}`, "X-Environment": LIVE },
    });
    assert.equal(response.headers.get("Content-Type"), "application/x-ndjson");
    const entries = (await response.text())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.equal(entries[0].action, "environment.created");
    assert.equal(entries.at(-1).action, "signing_key.replaced");
    assert.deepEqual(entries[0].actor, { kind: "operator", id: "built-in" });
  });

  it("leaves no key in the log", () => {
    assert.doesNotMatch(platform.log.text, /gk_(server|operator)_/);
    assert.ok(!platform.log.text.includes(OPERATOR_KEY));
    assert.match(platform.log.text, /"environment":"demo\/live"/);
  });
});
