// Ways in from end to end: an operator configures them, and players sign in over HTTP at the running platform.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import {
  CLIENT_ID,
  type FakeOpenIdProvider,
  REDIRECT_URI,
  startFakeOpenIdProvider,
} from "./verifiers/testing/fake-openid-provider.ts";
import { TestIssuer } from "./verifiers/testing/test-issuer.ts";

const OPERATOR_KEY = "an operator's key of enough characters".replaceAll(" ", "-");

describe("ways in at a running platform", () => {
  let platform: TestPlatform;
  let google: FakeOpenIdProvider;
  const studio = new TestIssuer({ iss: "studio", aud: "demo/dev" });

  before(async () => {
    google = await startFakeOpenIdProvider();
    platform = await startTestPlatform({ OPERATOR_KEY, PROVIDER_PRIVATE_HOSTS: "127.0.0.1" });
  });
  after(async () => {
    await platform?.close();
    await google?.provider.close();
  });

  const configure = async () => {
    const body = {
      guest: { kind: "guest" },
      google: {
        kind: "oidc",
        issuer: google.provider.url,
        clientIds: [CLIENT_ID],
        clientSecret: google.clientSecret,
        redirectUris: [REDIRECT_URI],
      },
      studio: { kind: "custom", issuer: "studio", audience: "demo/dev", jwks: await studio.jwks() },
    };
    return platform.send("PUT", "/v1/providers", { token: OPERATOR_KEY, body });
  };
  const logIn = (provider: string, proof: unknown, token?: string) =>
    platform.send("POST", "/v1/auth/login", { body: { provider, proof }, ...(token === undefined ? {} : { token }) });
  const fromGoogle = async (person: string) => {
    const nonce = randomUUID();
    return { idToken: await google.issuer.sign(person, { claims: { nonce } }), nonce };
  };

  it("are guests until an operator configures others, and are then there at once", async () => {
    assert.equal((await logIn("google", await fromGoogle("anna"))).body.code, "auth.unknown_provider");
    assert.equal((await configure()).status, 200);
    const { body } = await platform.send("GET", "/v1/auth/providers");
    assert.deepEqual(
      body.providers.map(({ provider }: { provider: string }) => provider),
      ["google", "guest", "studio"],
    );
    assert.equal((await logIn("google", await fromGoogle("anna"))).status, 200);
  });

  it("lead the same person to the same player, by a token, by a code, and on another day", async () => {
    await configure();
    const first = await logIn("google", await fromGoogle("bert"));
    assert.equal(first.status, 200);
    const byCode = await logIn("google", await google.giveCode("bert"));
    assert.equal(byCode.body.playerId, first.body.playerId);
    const other = await logIn("studio", { token: await studio.sign("bert") });
    assert.equal(other.status, 200);
    assert.notEqual(other.body.playerId, first.body.playerId, "the same name at another provider is another person");
  });

  it("take a proof once, and say what is wrong with others", async () => {
    await configure();
    const proof = await fromGoogle("anna");
    assert.equal((await logIn("google", proof)).status, 200);
    assert.deepEqual(pick(await logIn("google", proof)), [409, "proof.used"]);
    assert.deepEqual(pick(await logIn("studio", { token: await studio.sign("anna", { ageSeconds: 900 }) })), [
      401,
      "proof.expired",
    ]);
    assert.deepEqual(pick(await logIn("studio", { token: await new TestIssuer(studio.claims).sign("anna") })), [
      401,
      "proof.invalid",
    ]);
    const shapeless = await logIn("studio", { ticket: "00" });
    assert.deepEqual(pick(shapeless), [422, "request.invalid"]);
    assert.ok(shapeless.body.errors.some(({ field }: { field: string }) => field === "proof.token"));
  });

  it("answer 503 with Retry-After while the provider is away, and take the same proof afterwards", async () => {
    await configure();
    const proof = await google.giveCode("clara");
    google.provider.trouble("answers 500");
    const answer = await logIn("google", proof);
    google.provider.trouble(undefined);
    assert.deepEqual(pick(answer), [503, "provider.unavailable"]);
    assert.equal(answer.headers.get("Retry-After"), "1");
    assert.equal((await logIn("google", proof)).status, 200);
  });

  it("register a guest in place, who then signs in elsewhere as the same player", async () => {
    await configure();
    const guest = await platform.signIn(randomUUID());
    const body = { provider: "google", proof: await fromGoogle("dora") };
    const linked = await platform.send("POST", "/v1/player/me/identities", { token: guest.accessToken, body });
    assert.ok(linked.status === 200 || linked.status === 201, JSON.stringify(linked.body));
    const elsewhere = await logIn("google", await google.giveCode("dora"));
    assert.equal(elsewhere.body.playerId, guest.playerId);
  });

  it("are documented, with every status that they answer", async () => {
    const { body } = await platform.send("GET", "/openapi.json");
    assert.deepEqual(Object.keys(body.paths["/v1/providers"]), ["get", "put"]);
    assert.ok(body.paths["/v1/auth/providers"].get);
    const statuses = Object.keys(body.paths["/v1/auth/login"].post.responses);
    for (const status of ["200", "401", "403", "409", "422", "503"]) assert.ok(statuses.includes(status), status);
  });

  it("are an operator's to see and to change, and nobody else's", async () => {
    const { accessToken } = await platform.signIn(randomUUID());
    for (const token of [accessToken, platform.serverKey]) {
      assert.deepEqual(pick(await platform.send("GET", "/v1/providers", { token })), [403, "auth.forbidden"]);
      assert.deepEqual(pick(await platform.send("PUT", "/v1/providers", { token, body: {} })), [403, "auth.forbidden"]);
    }
    assert.deepEqual(pick(await platform.send("GET", "/v1/providers")), [401, "auth.missing"]);
  });
});

function pick({ status, body }: { status: number; body: { code?: string } }): [number, string | undefined] {
  return [status, body.code];
}
