// Profiles and the right to leave, over HTTP, as a client and an operator use them.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { strFromU8, unzipSync } from "fflate";
import type { ErrorCode } from "../../shared/schema/errors.ts";
import { type Answer, startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

const OPERATOR_KEY = "operator-key-0123456789-0123456789";

let platform: TestPlatform;
let devices = 0;

before(async () => {
  platform = await startTestPlatform({ OPERATOR_KEY, RATE_LIMITS: "player_export=2" });
});
after(async () => platform.close());

const newPlayer = () => {
  devices += 1;
  return platform.signIn(`device-of-profile-${devices}`);
};
const send = (token: string, method: string, path: string, body?: unknown): Promise<Answer> =>
  platform.send(method, path, { token, ...(body === undefined ? {} : { body }) });
const isProblem = (answer: Answer, code: ErrorCode) =>
  assert.equal(answer.body?.code, code, JSON.stringify(answer.body));

describe("profile routes", () => {
  it("let a player read and change the own profile, and others see the public part", async () => {
    const [me, other] = [await newPlayer(), await newPlayer()];
    const settings = { fields: { motto: { type: "text", isPublic: true, maxLength: 20 } }, blockedNames: ["darn"] };
    const declared = await send(OPERATOR_KEY, "PUT", "/v1/profile-settings", settings);
    assert.deepEqual([declared.status, declared.body], [200, settings]);
    assert.deepEqual((await send(OPERATOR_KEY, "GET", "/v1/profile-settings")).body, settings);

    const read = await send(me.accessToken, "GET", "/v1/player/me/profile");
    assert.deepEqual([read.status, read.body.version, read.body.playerId], [200, 0, me.playerId]);
    const change = { version: 0, displayName: "Zoe", country: "DE", fields: { motto: "onwards" } };
    const changed = await send(me.accessToken, "PATCH", "/v1/player/me/profile", change);
    assert.deepEqual([changed.status, changed.body.version, changed.body.displayName], [200, 1, "Zoe"]);
    const seen = await send(other.accessToken, "GET", `/v1/player/${me.playerId}/profile`);
    const { createdAt, ...shown } = seen.body;
    assert.equal(createdAt, changed.body.createdAt);
    assert.deepEqual(shown, { playerId: me.playerId, displayName: "Zoe", fields: { motto: "onwards" } });
  });

  it("refuse what is wrong, each by its own problem", async () => {
    const { accessToken } = await newPlayer();
    const patch = (body: unknown) => send(accessToken, "PATCH", "/v1/player/me/profile", body);
    isProblem(await patch({ version: 1 }), "profile.version_conflict");
    const refused = await patch({ version: 0, displayName: "Admin" });
    isProblem(refused, "profile.name_refused");
    assert.equal(refused.body.errors[0].field, "displayName");
    isProblem(await patch({ version: 0, country: "Germany" }), "request.invalid");
    isProblem(await patch({ version: 0, locale: "en_US!" }), "request.invalid");
    isProblem(await patch({ version: 0, avatar: "https://tracker.example/x.png" }), "request.invalid");
    isProblem(await patch({ version: 0, fields: { undeclared: 1 } }), "request.invalid");
    isProblem(await patch({ displayName: "Zoe" }), "request.invalid");
    for (const text of ["a\u0000b", "\ud800"]) {
      isProblem(await patch({ version: 0, preferences: { a: text } }), "request.invalid");
      isProblem(await patch({ version: 0, fields: { motto: text } }), "request.invalid");
      isProblem(await patch({ version: 0, displayName: `Zoe${text}` }), "request.invalid");
      isProblem(await patch({ version: 0, displayName: "Zoe\u0001" }), "profile.name_refused");
      const choice = { type: "choice", isPublic: true, choices: [text] };
      const settings = { fields: { house: choice }, blockedNames: [] };
      isProblem(await send(OPERATOR_KEY, "PUT", "/v1/profile-settings", settings), "request.invalid");
    }
    const large = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`p${i}`, "x".repeat(250)]));
    isProblem(await patch({ version: 0, preferences: large }), "profile.too_large");
    assert.equal((await patch({ version: 0, preferences: { emoji: "🦊" } })).status, 200);
    for (let i = 1; i < 4; i += 1) assert.equal((await patch({ version: i, displayName: `Fox ${i}` })).status, 200);
    const often = await patch({ version: 4, displayName: "Fox again" });
    isProblem(often, "profile.name_changed_too_often");
    const seconds = Number(often.headers.get("Retry-After"));
    assert.ok(seconds > 86_000 && seconds <= 86_400, `${seconds}`);
    const nobody = await send(accessToken, "GET", `/v1/player/${crypto.randomUUID()}/profile`);
    isProblem(nobody, "player.not_found");
    isProblem(await send(accessToken, "GET", "/v1/player/somebody/profile"), "request.invalid");
  });

  it("open each to its own kind of credential", async () => {
    const { accessToken } = await newPlayer();
    for (const [method, path] of [
      ["GET", "/v1/player/me/profile"],
      ["PATCH", "/v1/player/me/profile"],
      ["POST", "/v1/player/me/export"],
      ["DELETE", "/v1/player/me"],
      ["POST", "/v1/player/me/undelete"],
    ] as const) {
      isProblem(await platform.send(method, path), "auth.missing");
      isProblem(await send(platform.serverKey, method, path), "auth.forbidden");
      isProblem(await send(OPERATOR_KEY, method, path), "auth.forbidden");
    }
    isProblem(await send(accessToken, "GET", "/v1/profile-settings"), "auth.forbidden");
    isProblem(await send(platform.serverKey, "PUT", "/v1/profile-settings", {}), "auth.forbidden");
  });

  it("say on every answer what the limits are", async () => {
    const { accessToken } = await newPlayer();
    const answer = await send(accessToken, "GET", "/v1/player/me/profile");
    assert.match(answer.headers.get("RateLimit-Policy") ?? "", /^"address";q=3000;w=15, "player";q=300;w=15$/);
    assert.match(answer.headers.get("RateLimit") ?? "", /^"address";r=\d+;t=\d+, "player";r=299;t=1$/);
    const documented = (await platform.send("GET", "/openapi.json")).body.paths;
    for (const [path, methods] of Object.entries<Record<string, { responses: Record<string, { headers?: object }> }>>(
      documented,
    )) {
      for (const [method, { responses }] of Object.entries(methods)) {
        assert.ok("Retry-After" in (responses["429"]?.headers ?? {}), `${method} ${path}`);
      }
    }
  });
});

describe("privacy routes", () => {
  it("give a player everything as a zip archive, a few times an hour", async () => {
    const { accessToken, playerId } = await newPlayer();
    const ask = () =>
      fetch(`${platform.url}/v1/player/me/export`, {
        method: "POST",
        headers: { Authorization: `Bearer ${accessToken}` },
      });
    const answer = await ask();
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("Content-Type"), "application/zip");
    assert.equal(answer.headers.get("Cache-Control"), "no-store");
    assert.match(
      answer.headers.get("Content-Disposition") ?? "",
      new RegExp(`attachment; filename="player-${playerId}.zip"`),
    );
    const files = unzipSync(new Uint8Array(await answer.arrayBuffer()));
    assert.equal(JSON.parse(strFromU8(files["account.json"] ?? new Uint8Array())).playerId, playerId);
    await (await ask()).arrayBuffer();
    assert.equal((await ask()).status, 429);
  });

  it("delete a player after a grace period, in which others see nothing, and which signing in ends", async () => {
    const device = "device-of-one-who-leaves";
    const [me, other] = [await platform.signIn(device), await newPlayer()];
    const seen = () => send(other.accessToken, "GET", `/v1/player/${me.playerId}/profile`);
    const scheduled = await send(me.accessToken, "DELETE", "/v1/player/me");
    assert.equal(scheduled.status, 202);
    const days = (Date.parse(scheduled.body.deletesAt) - Date.parse(scheduled.body.requestedAt)) / 86_400_000;
    assert.equal(days, 30);
    isProblem(await seen(), "player.not_found");
    assert.equal((await send(me.accessToken, "POST", "/v1/player/me/undelete")).status, 204);
    assert.equal((await seen()).status, 200);
    await send(me.accessToken, "DELETE", "/v1/player/me");
    assert.equal((await platform.signIn(device)).playerId, me.playerId);
    assert.equal((await seen()).status, 200);
    assert.equal((await send(me.accessToken, "POST", "/v1/player/me/undelete")).status, 204, "nothing to undo");
  });
});
