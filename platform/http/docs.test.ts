// What the platform says of itself: the OpenAPI document and the pages made of it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ERROR_CATALOGUE } from "../../shared/schema/errors.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

let platform: TestPlatform;

before(async () => {
  platform = await startTestPlatform();
});
after(async () => {
  await platform.close();
});

describe("documentation", () => {
  it("describes every route in OpenAPI 3.1, with problems and security", async () => {
    const { body } = await platform.send("GET", "/openapi.json");
    assert.equal(body.openapi, "3.1.0");
    assert.deepEqual(Object.keys(body.paths).sort(), [
      "/.well-known/jwks.json",
      "/v1/api-keys",
      "/v1/api-keys/{keyId}",
      "/v1/api-keys/{keyId}/rotate",
      "/v1/audit",
      "/v1/audit/export",
      "/v1/auth/challenges/{challengeId}",
      "/v1/auth/challenges/{challengeId}/email-code",
      "/v1/auth/challenges/{challengeId}/passkey",
      "/v1/auth/email/start",
      "/v1/auth/email/undo",
      "/v1/auth/guest",
      "/v1/auth/login",
      "/v1/auth/passkey",
      "/v1/auth/passkey/options",
      "/v1/auth/password/reset/finish",
      "/v1/auth/password/reset/start",
      "/v1/auth/password/sign-up",
      "/v1/auth/providers",
      "/v1/auth/refresh",
      "/v1/auth/sign-out",
      "/v1/bans",
      "/v1/bans/{banId}",
      "/v1/environment",
      "/v1/environments",
      "/v1/factor-policy",
      "/v1/matchmaking/join",
      "/v1/matchmaking/status",
      "/v1/player/me",
      "/v1/player/me/email",
      "/v1/player/me/email/verify",
      "/v1/player/me/export",
      "/v1/player/me/factors",
      "/v1/player/me/identities",
      "/v1/player/me/identities/resolve",
      "/v1/player/me/identities/{identityId}",
      "/v1/player/me/passkeys",
      "/v1/player/me/passkeys/options",
      "/v1/player/me/passkeys/{passkeyId}",
      "/v1/player/me/password",
      "/v1/player/me/profile",
      "/v1/player/me/recovery-codes",
      "/v1/player/me/step-up",
      "/v1/player/me/step-up/{challengeId}",
      "/v1/player/me/totp",
      "/v1/player/me/totp/confirm",
      "/v1/player/me/undelete",
      "/v1/player/{playerId}/profile",
      "/v1/players/{playerId}/sessions",
      "/v1/profile-settings",
      "/v1/projects",
      "/v1/providers",
      "/v1/servers/{serverId}",
      "/v1/sessions",
      "/v1/sessions/{sessionId}",
      "/v1/signing-keys",
      "/v1/signing-keys/rotate",
    ]);
    const { responses, security } = body.paths["/v1/matchmaking/join"].post;
    assert.deepEqual(Object.keys(responses), ["200", "400", "401", "403", "404", "413", "415", "422", "429", "503"]);
    assert.deepEqual(security, [{ player: [] }]);
    assert.ok(responses["422"].content["application/problem+json"].schema.$ref.endsWith("/Problem"));
  });

  it("writes every pattern as JSON Schema reads it: a whole expression, in Unicode mode, without flags", async () => {
    const { body } = await platform.send("GET", "/openapi.json");
    const patterns: string[] = [];
    JSON.stringify(body, (key, value) => {
      if (key === "pattern" && typeof value === "string") patterns.push(value);
      return value;
    });
    assert.ok(patterns.length > 10);
    for (const pattern of patterns) {
      assert.doesNotThrow(() => new RegExp(pattern, "u"), pattern);
      assert.doesNotMatch(pattern, /\$\/[a-z]*$/, `has flags: ${pattern}`);
    }
  });

  it("says that any request may be malformed, since one with too large a head is refused before its route", async () => {
    const { paths } = (await platform.send("GET", "/openapi.json")).body;
    for (const [path, methods] of Object.entries<Record<string, { responses: object }>>(paths)) {
      for (const [method, { responses }] of Object.entries(methods)) assert.ok("400" in responses, `${method} ${path}`);
    }
    const refused = await platform.send("GET", `/v1/players/${"x".repeat(20_000)}/sessions`);
    assert.deepEqual([refused.status, refused.body.code], [400, "request.malformed"]);
  });

  it("shows a reference page whose every script is ours and whose policy allows no other host", async () => {
    const page = await fetch(`${platform.url}/docs`);
    const policy = page.headers.get("Content-Security-Policy") ?? "";
    assert.doesNotMatch(policy, /https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline/);
    const html = await page.text();
    const sources = [...html.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, source]) => source ?? "");
    assert.ok(sources.length >= 2);
    for (const source of sources) {
      assert.match(source, /^\/[a-z]/);
      const response = await fetch(platform.url + source);
      assert.equal(response.status, 200, source);
      await response.arrayBuffer();
    }
  });

  it("has a row for every error code, where the type of a problem points", async () => {
    const page = await (await fetch(`${platform.url}/docs/errors`)).text();
    for (const code of Object.keys(ERROR_CATALOGUE)) assert.ok(page.includes(`<tr id="${code}">`), code);
  });

  it("says how to build the web client while it is not built", async () => {
    const page = await fetch(`${platform.url}/`);
    assert.match(await page.text(), /npm run build:web/);
  });
});
