// Accounts over HTTP, on the whole platform: guests register, clash and merge as a client does it.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { IdentityClash, IdentityList, PublicProfile } from "../../shared/schema/platform/index.ts";
import { type Answer, startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

let platform: TestPlatform;
before(async () => {
  platform = await startTestPlatform();
});
after(async () => platform.close());

const IDENTITIES = "/v1/player/me/identities";
const newDevice = () => `device-${randomUUID()}`;
const newGuest = async () => {
  const deviceId = newDevice();
  return { deviceId, ...(await platform.signIn(deviceId)) };
};
const link = (token: string, deviceId: string) =>
  platform.send("POST", IDENTITIES, { token, body: { provider: "guest", proof: { deviceId } } });
const list = async (token: string) => IdentityList.parse((await platform.send("GET", IDENTITIES, { token })).body);
const resolve = (token: string, body: object) => platform.send("POST", `${IDENTITIES}/resolve`, { token, body });

function assertRefused(answer: Answer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body));
  assert.equal(answer.headers.get("Content-Type"), "application/problem+json");
}

describe("POST /v1/auth/login", () => {
  it("signs in by any configured provider, a guest as `POST /v1/auth/guest` does", async () => {
    const guest = await newGuest();
    const body = { provider: "guest", proof: { deviceId: guest.deviceId }, deviceName: "Ada's phone" };
    const answer = await platform.send("POST", "/v1/auth/login", { body });
    assert.equal(answer.status, 200);
    assert.equal(answer.body.playerId, guest.playerId);
    assert.equal((await list(answer.body.accessToken)).identities.length, 1);
  });

  it("refuses unknown providers, wrong proofs and wrong credentials, each by its own problem", async () => {
    const login = (body: object) => platform.send("POST", "/v1/auth/login", { body });
    assertRefused(await login({ provider: "nowhere", proof: {} }), 422, "auth.unknown_provider");
    assertRefused(await login({ provider: "guest", proof: {} }), 422, "request.invalid");
    assertRefused(await login({ provider: "Guest!", proof: {} }), 422, "request.invalid");
    assertRefused(await login({ provider: "password", proof: { email: "a@example.com" } }), 422, "request.invalid");
    // Too deep for anything that walks through it.
    const body = `{"provider":"guest","proof":{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}}`;
    const init = { method: "POST", headers: { "Content-Type": "application/json" }, body };
    assert.equal((await fetch(`${platform.url}/v1/auth/login`, init)).status, 422);
    const proof = { email: "nobody@example.com", password: "eleven wet badgers hum" };
    assertRefused(await login({ provider: "password", proof }), 401, "auth.wrong_credentials");
  });
});

describe("identities over HTTP", () => {
  it("are linked, listed and unlinked, down to the last", async () => {
    const { accessToken: token, playerId } = await newGuest();
    const second = newDevice();
    const linked = await link(token, second);
    assert.equal(linked.status, 200);
    assert.equal((await platform.signIn(second)).playerId, playerId);
    const { identities, hasPassword } = await list(token);
    assert.deepEqual([identities.length, hasPassword], [2, false]);
    assert.ok(!JSON.stringify(identities).includes(second));
    const unlink = (id: string) => platform.send("DELETE", `${IDENTITIES}/${id}`, { token });
    assert.equal((await unlink(linked.body.identityId)).status, 204);
    assertRefused(await unlink(linked.body.identityId), 404, "identity.not_found");
    assertRefused(await unlink(identities[0]?.identityId ?? ""), 409, "identity.last");
    assertRefused(await unlink("not-an-id"), 422, "request.invalid");
  });

  it("clash with all that is needed to choose, and the choice is carried out", async () => {
    const [mine, theirs] = [await newGuest(), await newGuest()];
    const answer = await link(mine.accessToken, theirs.deviceId);
    assertRefused(answer, 409, "identity.clash");
    const clash = IdentityClash.parse(answer.body.clash);
    assert.deepEqual([clash.mine.playerId, clash.theirs.playerId], [mine.playerId, theirs.playerId]);
    assert.equal(clash.theirs.isLastWayIn, true);
    const choice = { token: clash.token, choice: "merge" };
    assertRefused(await resolve(theirs.accessToken, choice), 409, "identity.clash_stale");
    const resolved = await resolve(mine.accessToken, choice);
    assert.deepEqual([resolved.status, resolved.body.playerId], [200, mine.playerId]);
    assert.equal((await platform.signIn(theirs.deviceId)).playerId, mine.playerId);
    assertRefused(await resolve(mine.accessToken, choice), 410, "account.merged");
    assertRefused(await link(theirs.accessToken, newDevice()), 410, "account.merged");
    assertRefused(await resolve(mine.accessToken, { ...choice, choice: "keep-all" }), 422, "request.invalid");
  });

  it("are the player's own affair: no token and no server key opens them", async () => {
    for (const [method, path] of [
      ["GET", IDENTITIES],
      ["POST", IDENTITIES],
      ["POST", `${IDENTITIES}/resolve`],
      ["DELETE", `${IDENTITIES}/${randomUUID()}`],
      ["PUT", "/v1/player/me/password"],
      ["GET", `/v1/player/${randomUUID()}/profile`],
    ] as const) {
      assertRefused(await platform.send(method, path), 401, "auth.missing");
      assertRefused(await platform.send(method, path, { token: platform.serverKey }), 403, "auth.forbidden");
    }
  });
});

describe("passwords over HTTP", () => {
  it("are refused when weak, and not changed without the current one", async () => {
    const signUp = (password: string) =>
      platform.send("POST", "/v1/auth/password/sign-up", { body: { codeId: "c", code: "123456", password } });
    const weak = await signUp("password123");
    assertRefused(weak, 422, "password.weak");
    assert.deepEqual(
      weak.body.errors.map(({ field }: { field: string }) => field),
      ["password"],
    );
    const { accessToken: token } = await newGuest();
    const body = { currentPassword: "a guess", newPassword: "eleven wet badgers hum" };
    const changed = await platform.send("PUT", "/v1/player/me/password", { token, body });
    assertRefused(changed, 401, "auth.wrong_credentials");
  });
});

describe("GET /v1/player/{playerId}/profile", () => {
  it("shows a player to others of the environment, and of a merged one who it is now", async () => {
    const [ada, bob] = [await newGuest(), await newGuest()];
    const profileOf = (playerId: string) =>
      platform.send("GET", `/v1/player/${playerId}/profile`, { token: ada.accessToken });
    const shown = PublicProfile.parse((await profileOf(bob.playerId)).body);
    assert.equal(shown.playerId, bob.playerId);
    const { clash } = (await link(ada.accessToken, bob.deviceId)).body;
    await resolve(ada.accessToken, { token: clash.token, choice: "merge" });
    assert.equal((await profileOf(bob.playerId)).body.playerId, ada.playerId);
    assertRefused(await profileOf(randomUUID()), 404, "player.not_found");
    assertRefused(await profileOf("me-not"), 422, "request.invalid");
  });
});
