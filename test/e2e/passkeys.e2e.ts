// Passkeys in a real browser: Chromium's own virtual authenticator makes one and signs in with it, on a real platform.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import type { Browser, CDPSession, Page } from "playwright-core";
import { startTestPlatform, type TestPlatform } from "../../platform/testing/test-platform.ts";
import { launchChromium } from "../support/chromium.ts";

const OPERATOR_KEY = randomBytes(24).toString("hex");

let platform: TestPlatform;
let browser: Browser;
let origin: string;

before(async () => {
  platform = await startTestPlatform({ OPERATOR_KEY });
  browser = await launchChromium({ hasWebGl: false });
  origin = `http://localhost:${platform.platform.port}`;
  const { body: policy } = await platform.send("GET", "/v1/factor-policy", { token: OPERATOR_KEY });
  const passkeys = { rpId: "localhost", rpName: "The Game", origins: [origin] };
  await platform.send("PUT", "/v1/factor-policy", { token: OPERATOR_KEY, body: { ...policy, passkeys } });
});
after(async () => {
  await browser?.close();
  await platform?.close();
});

/** A page of the platform with an authenticator that holds passkeys and says yes to everything. */
async function pageWithAuthenticator(options = {}): Promise<{ page: Page; cdp: CDPSession; authenticatorId: string }> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${origin}/docs/errors`);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...options,
    },
  });
  return { page, cdp, authenticatorId };
}

/** What a game's page does, in a few lines: options from us, an answer from the browser, back to us. */
function ceremony(page: Page, kind: "create" | "get", options: unknown): Promise<unknown> {
  // As text: what runs here runs in the page, and knows types of the browser that this program does not have.
  return page.evaluate(`(async () => {
    const options = ${JSON.stringify(options)};
    const publicKey = ${kind === "create"}
      ? PublicKeyCredential.parseCreationOptionsFromJSON(options)
      : PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return (await navigator.credentials["${kind}"]({ publicKey })).toJSON();
  })()`);
}

test("a browser makes a passkey, signs in with it, and answers a step-up with it", async () => {
  const { page, cdp, authenticatorId } = await pageWithAuthenticator();
  const { accessToken: token, playerId } = await platform.signIn("device-browser-1");
  const creation = await platform.send("POST", "/v1/player/me/passkeys/options", { token });
  const response = await ceremony(page, "create", creation.body);
  const added = await platform.send("POST", "/v1/player/me/passkeys", { token, body: { response, name: "Chromium" } });
  assert.equal(added.status, 200, JSON.stringify(added.body));
  const { credentials } = await cdp.send("WebAuthn.getCredentials", { authenticatorId });
  assert.equal(credentials.length, 1);
  assert.equal(credentials[0]?.isResidentCredential, true);

  for (let i = 0; i < 2; i += 1) {
    const request = await platform.send("POST", "/v1/auth/passkey/options");
    const assertion = await ceremony(page, "get", request.body);
    const signedIn = await platform.send("POST", "/v1/auth/passkey", { body: { response: assertion } });
    assert.equal(signedIn.body.playerId, playerId, JSON.stringify(signedIn.body));
  }

  const { challengeId } = (await platform.send("POST", "/v1/player/me/step-up", { token })).body;
  const request = await platform.send("POST", `/v1/auth/challenges/${challengeId}/passkey`);
  const proof = { method: "passkey", response: await ceremony(page, "get", request.body) };
  const elevated = await platform.send("POST", `/v1/player/me/step-up/${challengeId}`, { token, body: proof });
  assert.equal(elevated.status, 200, JSON.stringify(elevated.body));
  const again = await platform.send("POST", "/v1/player/me/passkeys/options", { token });
  await assert.rejects(ceremony(page, "create", again.body), /InvalidStateError/, "it has a passkey of this player");
});

test("a browser that cannot check its user makes no passkey, and one made on another page is refused", async () => {
  const { accessToken: token } = await platform.signIn("device-browser-2");
  const { page: weak } = await pageWithAuthenticator({ hasUserVerification: false, isUserVerified: false });
  const creation = await platform.send("POST", "/v1/player/me/passkeys/options", { token });
  await assert.rejects(ceremony(weak, "create", { ...creation.body, timeout: 1_000 }), /NotAllowedError/);

  const { body: policy } = await platform.send("GET", "/v1/factor-policy", { token: OPERATOR_KEY });
  const elsewhere = { ...policy.passkeys, origins: ["https://play.example.com"] };
  await platform.send("PUT", "/v1/factor-policy", { token: OPERATOR_KEY, body: { ...policy, passkeys: elsewhere } });
  const { page } = await pageWithAuthenticator();
  const options = await platform.send("POST", "/v1/player/me/passkeys/options", { token });
  const response = await ceremony(page, "create", options.body);
  const refused = await platform.send("POST", "/v1/player/me/passkeys", { token, body: { response, name: "X" } });
  await platform.send("PUT", "/v1/factor-policy", { token: OPERATOR_KEY, body: policy });
  assert.equal(refused.body.code, "factor.wrong_passkey");
});
