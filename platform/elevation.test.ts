// What hands an account over, or all that is kept of it, takes a fresh proof of whoever has one to show, on a whole platform.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { totpCode } from "./factors/totp.ts";
import { MailboxFolder } from "./mail/mailbox-folder.ts";
import { linkedCode } from "./mail/testing/collected-mails.ts";
import { eventually } from "./testing/eventually.ts";
import { startTestPlatform, type TestPlatform } from "./testing/test-platform.ts";

const ME = "/v1/player/me";
const PASSWORD = "gentle copper lantern walks";

/** Each request as a thief of an access token would send it, with a body that is well formed. */
const GUARDED = [
  ["POST", `${ME}/identities`, () => ({ provider: "guest", proof: { deviceId: randomUUID() } })],
  ["POST", `${ME}/identities/resolve`, () => ({ token: "a.b.c", choice: "keep-mine" })],
  ["DELETE", `${ME}/identities/00000000-0000-4000-8000-000000000000`, () => undefined],
  ["PUT", `${ME}/email`, () => ({ email: "thief@example.com" })],
  ["POST", `${ME}/export`, () => undefined],
  ["DELETE", ME, () => undefined],
] as const;

describe("a session that has shown one proof", () => {
  let dataDir: string;
  let platform: TestPlatform;
  let mailbox: MailboxFolder;

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "gamekeeper-elevation-"));
    platform = await startTestPlatform({ DATA_DIR: dataDir });
    mailbox = new MailboxFolder(join(dataDir, "mail"));
  });
  after(async () => {
    await platform?.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const send = async (method: string, path: string, token: string, body?: unknown) => {
    const answer = await platform.send(method, path, body === undefined ? { token } : { token, body });
    return { status: answer.status, body: answer.body, code: answer.body?.code as string | undefined };
  };
  const newGuest = async () => (await platform.signIn(randomUUID())).accessToken;
  const mailedCode = async (codeId: string) =>
    linkedCode(
      await eventually("the mail", async () =>
        (await mailbox.list()).find((mail) => mail.text.includes(codeId) || mail.html.includes(codeId)),
      ),
    ).code;
  /** A guest who registered an address and a password. */
  const newRegistered = async (email: string) => {
    const token = await newGuest();
    const { codeId } = (await platform.send("POST", "/v1/auth/email/start", { body: { email } })).body;
    const proof = { codeId, code: await mailedCode(codeId) };
    const linked = await send("POST", `${ME}/identities`, token, { provider: "email-code", proof, password: PASSWORD });
    assert.equal(linked.status, 200, JSON.stringify(linked.body));
    return token;
  };

  /** Shows a code that goes to the player's address. */
  const elevateByMail = async (token: string, email: string) => {
    const { challengeId, methods } = (await send("POST", `${ME}/step-up`, token)).body;
    assert.deepEqual(methods, ["email-code"]);
    const sent = await send("POST", `/v1/auth/challenges/${challengeId}/email-code`, token);
    assert.equal(sent.status, 200, JSON.stringify(sent.body));
    const code = await eventually("the code", async () =>
      (await mailbox.list())
        .filter(({ to, subject }) => to === email && / confirms /.test(subject))
        .map((mail) => linkedCode(mail).code)
        .at(0),
    );
    const answered = await send("POST", `${ME}/step-up/${challengeId}`, token, { method: "email-code", code });
    assert.equal(answered.status, 200, JSON.stringify(answered.body));
  };

  it("is enough for a guest, who has nothing else to show", async () => {
    for (const [method, path, body] of GUARDED) {
      const { code } = await send(method, path, await newGuest(), body());
      assert.notEqual(code, "auth.elevation_required", `${method} ${path}`);
    }
  });

  it("is not enough for who has an authenticator app, until the app's code was shown", async () => {
    const token = await newGuest();
    const { secret } = (await send("POST", `${ME}/totp`, token)).body;
    const confirmed = await send("POST", `${ME}/totp/confirm`, token, { code: totpCode(secret, Date.now() - 30_000) });
    assert.equal(confirmed.status, 200, JSON.stringify(confirmed.body));
    const change = { currentPassword: PASSWORD, newPassword: "seven quiet harbours at dusk" };
    const guarded = [...GUARDED, ["PUT", `${ME}/password`, () => change] as const];
    for (const [method, path, body] of guarded) {
      const { status, code } = await send(method, path, token, body());
      assert.deepEqual([status, code], [403, "auth.elevation_required"], `${method} ${path}`);
    }
    const { challengeId } = (await send("POST", `${ME}/step-up`, token)).body;
    const answer = { method: "totp", code: totpCode(secret, Date.now()) };
    assert.equal((await send("POST", `${ME}/step-up/${challengeId}`, token, answer)).status, 200);
    for (const [method, path, body] of guarded) {
      const { code } = await send(method, path, token, body());
      assert.notEqual(code, "auth.elevation_required", `${method} ${path}`);
    }
  });

  it("is still asked for a second factor after a reset of the password", async () => {
    const email = `${randomUUID()}@example.com`;
    const token = await newRegistered(email);
    await elevateByMail(token, email);
    const { secret } = (await send("POST", `${ME}/totp`, token)).body;
    const confirmed = await send("POST", `${ME}/totp/confirm`, token, { code: totpCode(secret, Date.now() - 30_000) });
    assert.equal(confirmed.status, 200, JSON.stringify(confirmed.body));
    const { codeId } = (await platform.send("POST", "/v1/auth/password/reset/start", { body: { email } })).body;
    const newPassword = "seven quiet harbours at dusk";
    const body = { codeId, code: await mailedCode(codeId), newPassword };
    assert.equal((await platform.send("POST", "/v1/auth/password/reset/finish", { body })).status, 204);
    const login = { provider: "password", proof: { email, password: newPassword } };
    const answer = await platform.send("POST", "/v1/auth/login", { body: login });
    assert.equal(answer.body.code, "auth.step_up_required", JSON.stringify(answer.body));
    assert.deepEqual(answer.body.challenge.methods, ["totp", "recovery-code"]);
  });

  it("is not enough for who has an address, until a code from there was shown; the old password is enough for a new one", async () => {
    const email = `${randomUUID()}@example.com`;
    const token = await newRegistered(email);
    for (const [method, path, body] of GUARDED) {
      const { status, code } = await send(method, path, token, body());
      assert.deepEqual([status, code], [403, "auth.elevation_required"], `${method} ${path}`);
    }
    const change = { currentPassword: PASSWORD, newPassword: "seven quiet harbours at dusk" };
    assert.equal((await send("PUT", `${ME}/password`, token, change)).status, 204);
    await elevateByMail(token, email);
    assert.equal((await send("DELETE", ME, token)).status, 202);
  });
});
