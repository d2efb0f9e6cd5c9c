// Second factors and passkeys over HTTP, on a whole platform with its local adapters.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { ERROR_CATALOGUE, type ErrorCode } from "../../shared/schema/errors.ts";
import { type Answer, startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { SoftwareAuthenticator } from "./testing/software-authenticator.ts";
import { totpCode } from "./totp.ts";

const OPERATOR_KEY = randomBytes(24).toString("hex");
const ORIGIN = "http://localhost:8000";
const ME = "/v1/player/me";

let platform: TestPlatform;

before(async () => {
  platform = await startTestPlatform({ OPERATOR_KEY });
});
after(async () => platform.close());

function assertProblem(answer: Answer, code: ErrorCode): void {
  assert.equal(answer.body?.code, code, JSON.stringify(answer.body));
  assert.equal(answer.status, ERROR_CATALOGUE[code].status);
  assert.match(answer.headers.get("Content-Type") ?? "", /^application\/problem\+json/);
}

/** A new player with an authenticator app. The code that confirmed it is the one of the period before. */
async function playerWithTotp(deviceId: string) {
  const { accessToken: token, playerId } = await platform.signIn(deviceId);
  const { secret } = (await platform.send("POST", `${ME}/totp`, { token })).body;
  const confirm = () => {
    const code = totpCode(secret, Date.now() - 30_000);
    return platform.send("POST", `${ME}/totp/confirm`, { token, body: { code } });
  };
  let { status, body } = await confirm();
  // The period may have ended while the code was on its way.
  if (status === 422) ({ status, body } = await confirm());
  assert.equal(status, 200, JSON.stringify(body));
  return { token, playerId, secret: secret as string, codes: body.codes as string[] };
}

describe("a player's second factors", () => {
  it("are none at first, then an app with recovery codes, which it takes a fresh proof to change", async () => {
    const { token: fresh } = { token: (await platform.signIn("device-factors-0")).accessToken };
    assert.deepEqual((await platform.send("GET", `${ME}/factors`, { token: fresh })).body, {
      passkeys: [],
      recoveryCodesLeft: 0,
      methods: [],
    });
    assert.equal((await platform.send("POST", `${ME}/step-up`, { token: fresh })).status, 204);
    const { token, secret } = await playerWithTotp("device-factors-1");
    const { body } = await platform.send("GET", `${ME}/factors`, { token });
    assert.deepEqual(body.methods, ["totp", "recovery-code"]);
    assert.ok(Number.isFinite(Date.parse(body.totp.createdAt)));
    for (const [method, path] of [
      ["DELETE", "/totp"],
      ["POST", "/totp"],
      ["POST", "/recovery-codes"],
      ["POST", "/passkeys/options"],
      ["DELETE", "/passkeys/abc"],
    ] as const) {
      assertProblem(await platform.send(method, ME + path, { token }), "auth.elevation_required");
    }
    const { challengeId, methods } = (await platform.send("POST", `${ME}/step-up`, { token })).body;
    assert.deepEqual(methods, ["totp", "recovery-code"]);
    const elevate = (code: string, by = token) =>
      platform.send("POST", `${ME}/step-up/${challengeId}`, { token: by, body: { method: "totp", code } });
    assertProblem(await elevate("000000"), "factor.wrong_code");
    assertProblem(await elevate(totpCode(secret, Date.now()), fresh), "challenge.not_found");
    assert.deepEqual((await elevate(totpCode(secret, Date.now()))).body, { expiresIn: 600 });
    assertProblem(await platform.send("POST", `${ME}/totp`, { token }), "factor.exists");
    assert.equal((await platform.send("POST", `${ME}/recovery-codes`, { token })).body.codes.length, 10);
    assertProblem(await platform.send("DELETE", `${ME}/passkeys/abc`, { token }), "factor.not_found");
    assert.equal((await platform.send("DELETE", `${ME}/totp`, { token })).status, 204);
    assertProblem(await platform.send("DELETE", `${ME}/totp`, { token }), "factor.not_found");
  });

  it("are locked for a while after too many wrong codes, with Retry-After, however many challenges are opened", async () => {
    const { token } = await playerWithTotp("device-factors-2");
    for (let i = 0; ; i += 1) {
      assert.ok(i < 10, "never locked");
      const { challengeId } = (await platform.send("POST", `${ME}/step-up`, { token })).body;
      const body = { method: "totp", code: "000000" };
      const answer = await platform.send("POST", `${ME}/step-up/${challengeId}`, { token, body });
      if (answer.status !== 429) {
        assertProblem(answer, "factor.wrong_code");
        continue;
      }
      assertProblem(answer, "auth.locked");
      const seconds = Number(answer.headers.get("Retry-After"));
      assert.ok(seconds >= 1 && seconds <= 10);
      return;
    }
  });

  it("need an access token, and a body as it is documented", async () => {
    assertProblem(await platform.send("GET", `${ME}/factors`), "auth.missing");
    assertProblem(await platform.send("GET", `${ME}/factors`, { token: platform.serverKey }), "auth.forbidden");
    const { accessToken: token } = await platform.signIn("device-factors-3");
    for (const body of [{}, { code: 287082 }, { code: "" }, { code: "1".repeat(65) }, { code: "287082", more: 1 }]) {
      assertProblem(await platform.send("POST", `${ME}/totp/confirm`, { token, body }), "request.invalid");
    }
    assertProblem(
      await platform.send("POST", `${ME}/totp/confirm`, { token, body: { code: "287082" } }),
      "factor.not_found",
    );
    const path = "/v1/auth/challenges/00000000-0000-4000-8000-000000000000";
    assertProblem(await platform.send("POST", path, { body: { method: "sms", code: "1" } }), "request.invalid");
    assertProblem(await platform.send("POST", path, { body: { method: "totp", code: "1" } }), "challenge.not_found");
    assertProblem(await platform.send("POST", `${path}/email-code`), "challenge.not_found");
    assertProblem(await platform.send("POST", `${path}/passkey`), "challenge.not_found");
    assertProblem(await platform.send("POST", "/v1/auth/challenges/1/passkey"), "request.invalid");
  });
});

describe("a passkey over HTTP", () => {
  const add = async (token: string, authenticator: SoftwareAuthenticator) => {
    const options = await platform.send("POST", `${ME}/passkeys/options`, { token });
    assert.equal(options.status, 200, JSON.stringify(options.body));
    const body = { response: authenticator.create(options.body), name: " My phone " };
    return platform.send("POST", `${ME}/passkeys`, { token, body });
  };

  it("is added, signs its player in without anything else, and elevates the session", async () => {
    const { accessToken: token, playerId } = await platform.signIn("device-passkey-1");
    const authenticator = new SoftwareAuthenticator(ORIGIN, { isSynced: true });
    const added = await add(token, authenticator);
    assert.equal(added.status, 200, JSON.stringify(added.body));
    assert.equal(added.body.name, "My phone");
    assert.equal(added.body.isSynced, true);
    const options = await platform.send("POST", "/v1/auth/passkey/options");
    assert.equal(options.body.rpId, "localhost");
    const response = authenticator.get(options.body);
    const signedIn = await platform.send("POST", "/v1/auth/passkey", { body: { response, deviceName: "Laptop" } });
    assert.equal(signedIn.body.playerId, playerId, JSON.stringify(signedIn.body));
    assertProblem(await platform.send("POST", "/v1/auth/passkey", { body: { response } }), "factor.wrong_passkey");
    const own = signedIn.body.accessToken;
    const { challengeId } = (await platform.send("POST", `${ME}/step-up`, { token: own })).body;
    const proof = await platform.send("POST", `/v1/auth/challenges/${challengeId}/passkey`);
    const answer = { method: "passkey", response: authenticator.get(proof.body) };
    const elevated = await platform.send("POST", `${ME}/step-up/${challengeId}`, { token: own, body: answer });
    assert.equal(elevated.status, 200, JSON.stringify(elevated.body));
    const path = `${ME}/passkeys/${added.body.passkeyId}`;
    assert.equal((await platform.send("DELETE", path, { token: own })).status, 204);
  });

  it("of another page, or of nonsense, is refused with one answer", async () => {
    const { accessToken: token } = await platform.signIn("device-passkey-2");
    assertProblem(await add(token, new SoftwareAuthenticator("https://evil.example")), "factor.wrong_passkey");
    const text = Buffer.from("{}").toString("base64url");
    const response = {
      id: "AAAA",
      rawId: "AAAA",
      type: "public-key",
      response: { clientDataJSON: text, authenticatorData: "AAAA", signature: "AAAA" },
    };
    assertProblem(await platform.send("POST", "/v1/auth/passkey", { body: { response } }), "factor.wrong_passkey");
    assertProblem(
      await platform.send("POST", "/v1/auth/passkey", { body: { response: { ...response, id: "not base64!" } } }),
      "request.invalid",
    );
  });
});

describe("the policy of an environment", () => {
  it("is read and set by operators, and holds for passkeys at once", async () => {
    const { body: policy } = await platform.send("GET", "/v1/factor-policy", { token: OPERATOR_KEY });
    assert.equal(policy.isSecondFactorRequired, true);
    const passkeys = { rpId: "play.example.com", rpName: "The Game", origins: ["https://play.example.com"] };
    const body = { ...policy, passkeys };
    const set = await platform.send("PUT", "/v1/factor-policy", { token: OPERATOR_KEY, body });
    assert.equal(set.status, 200, JSON.stringify(set.body));
    assert.equal((await platform.send("POST", "/v1/auth/passkey/options")).body.rpId, "play.example.com");
    await platform.send("PUT", "/v1/factor-policy", { token: OPERATOR_KEY, body: policy });
    assert.equal((await platform.send("POST", "/v1/auth/passkey/options")).body.rpId, "localhost");
  });

  it("is nobody else's, and refuses what is no policy", async () => {
    const { accessToken } = await platform.signIn("device-policy-1");
    assertProblem(await platform.send("GET", "/v1/factor-policy"), "auth.missing");
    for (const token of [accessToken, platform.serverKey]) {
      assertProblem(await platform.send("GET", "/v1/factor-policy", { token }), "auth.forbidden");
      assertProblem(await platform.send("PUT", "/v1/factor-policy", { token, body: {} }), "auth.forbidden");
    }
    const { body: policy } = await platform.send("GET", "/v1/factor-policy", { token: OPERATOR_KEY });
    for (const wrong of [
      {},
      { ...policy, anomalies: {} },
      { ...policy, passkeys: { rpId: "https://x.example", rpName: "X", origins: ["https://x.example"] } },
      { ...policy, passkeys: { rpId: "x.example", rpName: "X", origins: ["http://x.example"] } },
      { ...policy, passkeys: { rpId: "x.example", rpName: "X\0", origins: ["https://x.example"] } },
      { ...policy, passkeys: { rpId: "x.example", rpName: "X", origins: ["https://x.example/\0"] } },
      { ...policy, passkeys: { rpId: "x.example", rpName: "\ud800", origins: ["https://x.example"] } },
    ]) {
      assertProblem(
        await platform.send("PUT", "/v1/factor-policy", { token: OPERATOR_KEY, body: wrong }),
        "request.invalid",
      );
    }
  });
});

describe("the log", () => {
  it("has no secret, code or key", async () => {
    const { secret, codes, token } = await playerWithTotp("device-log-1");
    assert.ok(platform.log.lines.length > 20);
    for (const text of [secret, token, ...codes]) assert.ok(!platform.log.text.includes(text));
  });
});
