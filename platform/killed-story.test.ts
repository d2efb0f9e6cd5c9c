// A player's story on a platform that is killed -9 after one acknowledged answer after the other: nothing of it is lost.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { MailboxFolder } from "./mail/mailbox-folder.ts";
import { linkedCode } from "./mail/testing/collected-mails.ts";
import { eventually } from "./testing/eventually.ts";
import { LogSink } from "./testing/log-sink.ts";
import { type Sent, sendJson, testEnvironment } from "./testing/test-platform.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const SERVER_KEY = randomBytes(24).toString("hex");
const PASSWORD = "gentle copper lantern walks";
/** A mail that the dead process had in hand is another's after a minute. */
const MAIL_WAIT_MS = 100_000;

interface Signed {
  readonly playerId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

describe("guest, progress, registration and a second device", () => {
  let dataDir: string;
  let mailbox: MailboxFolder;
  let child: ChildProcess | undefined;
  let url = "";

  const start = async () => {
    child = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env["PATH"], ...testEnvironment(dataDir, SERVER_KEY) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const log = new LogSink().follow(child.stdout!);
    url = `http://127.0.0.1:${(await log.waitFor("platform.listening"))["port"]}`;
    await log.waitFor("database.ready");
  };
  const kill = async () => {
    if (child === undefined || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
    child = undefined;
  };
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "gamekeeper-killed-story-"));
    mailbox = new MailboxFolder(join(dataDir, "mail"));
    await start();
  });
  after(async () => {
    await kill();
    await rm(dataDir, { recursive: true, force: true });
  });

  const send = async (method: string, path: string, sent: Sent = {}) => {
    const answer = await sendJson(method, url + path, sent);
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  /** The story; `acknowledged` is called when the answer to each of its six steps has come. */
  const story = async (acknowledged: (step: number) => Promise<void>) => {
    const [deviceId, email] = [randomUUID(), `${randomUUID()}@example.com`];
    const guest: Signed = await send("POST", "/v1/auth/guest", { body: { deviceId } });
    await acknowledged(1);
    const earn = async (version: number, level: number) => {
      const body = { version, preferences: { level } };
      await send("PATCH", "/v1/player/me/profile", { token: guest.accessToken, body });
    };
    await earn(0, 7);
    await acknowledged(2);
    const { codeId } = await send("POST", "/v1/auth/email/start", { body: { email } });
    await acknowledged(3);
    const inMail = async () => (await mailbox.list()).find(({ text }) => text.includes(codeId));
    const { code } = linkedCode(await eventually("the mail", inMail, MAIL_WAIT_MS));
    const link = { provider: "email-code", proof: { codeId, code }, password: PASSWORD };
    await send("POST", "/v1/player/me/identities", { token: guest.accessToken, body: link });
    await acknowledged(4);
    const login = { provider: "password", proof: { email, password: PASSWORD } };
    const second: Signed = await send("POST", "/v1/auth/login", { body: login });
    await acknowledged(5);
    await earn(1, 8);
    await acknowledged(6);

    assert.equal(second.playerId, guest.playerId, "the second device is the same player");
    const profile = await send("GET", "/v1/player/me/profile", { token: second.accessToken });
    assert.deepEqual([profile.version, profile.preferences], [2, { level: 8 }], "with all that was earned");
    for (const { refreshToken } of [guest, second]) {
      const refreshed: Signed = await send("POST", "/v1/auth/refresh", { body: { refreshToken } });
      assert.equal(refreshed.playerId, guest.playerId, "the sessions of both devices go on");
    }
    const { sessions } = await send("GET", "/v1/sessions", { token: second.accessToken });
    assert.equal(sessions.length, 2);
  };

  for (const step of [1, 2, 3, 4, 5, 6]) {
    it(`goes on after a kill -9 at the answer to step ${step} of 6, with everything that was acknowledged`, async () => {
      await story(async (at) => {
        if (at !== step) return;
        await kill();
        await start();
      });
    });
  }
});
