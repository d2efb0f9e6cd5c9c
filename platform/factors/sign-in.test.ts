// A sign-in that asks for more, over HTTP on a whole platform: challenged, answered, and slowed down where it is guessed at.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { totpCode } from "./totp.ts";

let platform: TestPlatform;

before(async () => {
  platform = await startTestPlatform();
});
after(async () => platform.close());

const login = (deviceId: string) =>
  platform.send("POST", "/v1/auth/login", { body: { provider: "guest", proof: { deviceId } } });

describe("a sign-in of a player with a second factor", () => {
  it("is challenged, goes on with the right answer, and only once", async () => {
    const { accessToken: token, playerId } = (await login("device-step-up-1")).body;
    const { secret } = (await platform.send("POST", "/v1/player/me/totp", { token })).body;
    const confirm = () => {
      const body = { code: totpCode(secret, Date.now() - 30_000) };
      return platform.send("POST", "/v1/player/me/totp/confirm", { token, body });
    };
    const confirmed = await confirm();
    const { codes } = (confirmed.status === 200 ? confirmed : await confirm()).body;

    const challenged = await login("device-step-up-1");
    assert.equal(challenged.status, 403, JSON.stringify(challenged.body));
    assert.equal(challenged.body.code, "auth.step_up_required");
    const { challengeId, methods, expiresIn } = challenged.body.challenge;
    assert.deepEqual(methods, ["totp", "recovery-code"]);
    assert.equal(expiresIn, 600);
    const answer = (code: string) =>
      platform.send("POST", `/v1/auth/challenges/${challengeId}`, { body: { method: "recovery-code", code } });
    assert.equal((await answer("0000-0000-0000-0000")).body.code, "factor.wrong_code");
    const signedIn = await answer(codes[0]);
    assert.equal(signedIn.body.playerId, playerId, JSON.stringify(signedIn.body));
    const factors = await platform.send("GET", "/v1/player/me/factors", { token: signedIn.body.accessToken });
    assert.equal(factors.body.recoveryCodesLeft, 9);
    assert.equal((await answer(codes[1])).body.code, "challenge.not_found");
  });
});
