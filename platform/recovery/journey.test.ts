// Mail and recovery on the running platform, as a player meets them: the mails are read from the mailbox folder.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { SMTPServer } from "smtp-server";
import { MailboxFolder } from "../mail/mailbox-folder.ts";
import { linkedCode } from "../mail/testing/collected-mails.ts";
import { parseMail } from "../mail/testing/parse-mail.ts";
import { eventually } from "../testing/eventually.ts";
import { type Answer, startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

const ADA = "ada@example.com";
const PASSWORD = "gentle copper lantern walks";
const NEW_PASSWORD = "seven quiet harbours at dusk";

describe("recovery on the running platform", () => {
  let dataDir: string;
  let platform: TestPlatform;
  let mailbox: MailboxFolder;

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "gamekeeper-journey-"));
    platform = await startTestPlatform({ DATA_DIR: dataDir });
    mailbox = new MailboxFolder(join(dataDir, "mail"));
  });
  after(async () => {
    await platform.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  /** Asks for a code and waits for its mail. */
  const codeFor = async (send: () => Promise<Answer>) => {
    const { status, body } = await send();
    assert.equal(status, 202, JSON.stringify(body));
    const mail = await eventually("the mail", async () =>
      (await mailbox.list()).find((one) => one.text.includes(`id=${body.codeId}`)),
    );
    const { codeId, code } = linkedCode(mail);
    return { codeId, code, mail };
  };
  const post = (path: string, body: unknown, token?: string) =>
    platform.send("POST", path, token === undefined ? { body } : { body, token });
  const logIn = (password: string, email = ADA) =>
    post("/v1/auth/login", { provider: "password", proof: { email, password } });

  it("signs in by a code, and makes a player of an address that nobody has", async () => {
    const start = () => post("/v1/auth/email/start", { email: "bert@example.com" });
    const logInWith = async ({ codeId, code }: { codeId: string; code: string }) =>
      post("/v1/auth/login", { provider: "email-code", proof: { codeId, code } });
    const first = await logInWith(await codeFor(start));
    assert.equal(first.status, 200, JSON.stringify(first.body));
    const given = await codeFor(start);
    const second = await logInWith(given);
    assert.equal(second.body.playerId, first.body.playerId);
    const again = await logInWith(given);
    assert.equal(again.body.code, "code.invalid");
  });

  it("goes from sign-up over a forgotten password to another address and back", async () => {
    const { codeId, code } = await codeFor(() => post("/v1/auth/email/start", { email: ADA }));
    const signedUp = await post("/v1/auth/password/sign-up", { codeId, code, password: PASSWORD });
    assert.equal(signedUp.status, 200, JSON.stringify(signedUp.body));
    const { playerId } = signedUp.body;

    const reset = await codeFor(() => post("/v1/auth/password/reset/start", { email: "Ada@Example.com" }));
    const finish = (newPassword: string) =>
      post("/v1/auth/password/reset/finish", { codeId: reset.codeId, code: reset.code, newPassword });
    assert.equal((await finish("password")).body.code, "password.weak");
    assert.equal((await finish(NEW_PASSWORD)).status, 204);
    assert.equal((await finish(PASSWORD)).body.code, "code.invalid");
    assert.equal((await logIn(PASSWORD)).body.code, "auth.wrong_credentials");
    const ended = await platform.send("GET", "/v1/player/me/email", { token: signedUp.body.accessToken });
    assert.equal(ended.body.code, "auth.session_ended", "whoever knew the old password is out");
    const loggedIn = (await logIn(NEW_PASSWORD)).body;
    assert.equal(loggedIn.playerId, playerId);
    const token = loggedIn.accessToken;
    await eventually("the notice", async () =>
      (await mailbox.list()).some(({ to, subject }) => to === ADA && /password was changed/.test(subject)),
    );

    const email = "ada@elsewhere.example";
    const { challengeId } = (await post("/v1/player/me/step-up", undefined, token)).body;
    assert.equal((await post(`/v1/auth/challenges/${challengeId}/email-code`, undefined)).status, 200);
    const shown = await eventually("the code of the step-up", async () =>
      (await mailbox.list()).find(({ to, subject }) => to === ADA && / confirms /.test(subject)),
    );
    const answer = { method: "email-code", code: linkedCode(shown).code };
    assert.equal((await post(`/v1/player/me/step-up/${challengeId}`, answer, token)).status, 200);
    const confirm = await codeFor(() => platform.send("PUT", "/v1/player/me/email", { token, body: { email } }));
    const proof = { codeId: confirm.codeId, code: confirm.code };
    assert.deepEqual((await post("/v1/player/me/email/verify", proof, token)).body, { email });
    assert.equal((await logIn(NEW_PASSWORD, email)).body.playerId, playerId);
    assert.equal((await logIn(NEW_PASSWORD)).status, 401);
    const told = await eventually("the notice to the old address", async () =>
      (await mailbox.list()).find(
        ({ to, subject }) => to === ADA && /was changed/.test(subject) && !/password/.test(subject),
      ),
    );
    const { codeId: undoId, code: undo } = linkedCode(told);
    assert.equal((await post("/v1/auth/email/undo", { codeId: undoId, code: undo })).status, 204);
    assert.equal((await logIn(NEW_PASSWORD)).body.playerId, playerId);
  });

  it("answers a forgotten password of nobody like one of somebody, and sends nothing", async () => {
    const known = await post("/v1/auth/password/reset/start", { email: ADA });
    const unknown = await post("/v1/auth/password/reset/start", { email: "nobody@example.com" });
    const shape = ({ status, body }: Answer) => [status, Object.keys(body), body.expiresIn, body.codeLength];
    assert.deepEqual(shape(known), shape(unknown));
    await codeFor(async () => known);
    assert.ok(!(await mailbox.list()).some(({ to }) => to === "nobody@example.com"));
  });

  it("goes by SMTP where there is a server for it, and shows no mailbox then", async () => {
    const received = Promise.withResolvers<{ to: string[]; raw: string }>();
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      onData: (stream, { envelope }, callback) => {
        text(stream).then((raw) => {
          received.resolve({ to: envelope.rcptTo.map(({ address }) => address), raw });
          callback();
        }, callback);
      },
    });
    const listening = server.listen(0, "127.0.0.1");
    await once(listening, "listening");
    const { port } = listening.address() as AddressInfo;
    const bySmtp = await startTestPlatform({
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      MAIL_FROM: "Arena <no-reply@example.com>",
    });
    try {
      const body = { email: ADA, locale: "de" };
      assert.equal((await bySmtp.send("POST", "/v1/auth/email/start", { body })).status, 202);
      const { to, raw } = await received.promise;
      assert.deepEqual(to, [ADA]);
      assert.match(raw, /^From: Arena <no-reply@example\.com>/m);
      assert.match(parseMail(raw).subject, /meldet dich bei Arena an/);
      assert.equal((await fetch(`${bySmtp.opsUrl}/dev/mailbox`)).status, 404);
    } finally {
      await bySmtp.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  });

  it("shows the mailbox on the operator's port and not to the public", async () => {
    const shown = await fetch(`${platform.opsUrl}/dev/mailbox`);
    assert.match(await shown.text(), /Set a new password/);
    assert.equal((await fetch(`${platform.url}/dev/mailbox`)).status, 404);
  });
});
