import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { uuidV7 } from "../accounts/uuid-v7.ts";
import { MailboxFolder } from "./mailbox-folder.ts";
import { mailboxAnswer } from "./mailbox-page.ts";
import { transportContract } from "./transport.contract.ts";
import { DeliveryError } from "./transport.ts";

const folders: string[] = [];

async function newFolder(): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), "gamekeeper-mailbox-")), "mail");
  folders.push(folder);
  return folder;
}

after(async () => {
  for (const folder of folders) await rm(join(folder, ".."), { recursive: true, force: true });
});

transportContract("mailbox folder", async () => {
  const transport = new MailboxFolder(await newFolder());
  return {
    transport,
    arrived: async () => (await transport.list()).map(({ to, ...mail }) => ({ ...mail, recipients: [to] })),
    close: () => transport.close(),
  };
});

const message = (subject: string) => ({
  id: uuidV7(),
  to: "ada@example.com",
  subject,
  text: "text\n",
  html: "<p>html</p>",
});

describe("the mailbox folder", () => {
  it("lists the newest first and keeps only so many", async () => {
    let now = 1_000;
    const mailbox = new MailboxFolder(await newFolder(), { now: () => now, maxKept: 3 });
    for (const subject of ["a", "b", "c", "d", "e"]) {
      now += 1;
      await mailbox.deliver(message(subject));
    }
    assert.deepEqual(
      (await mailbox.list()).map(({ subject }) => subject),
      ["e", "d", "c"],
    );
  });

  it("is empty before the first mail, and readable by its user alone", async () => {
    const folder = await newFolder();
    const mailbox = new MailboxFolder(folder);
    assert.deepEqual(await mailbox.list(), []);
    await mailbox.deliver(message("secret"));
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    for (const file of await readdir(folder)) assert.equal((await stat(join(folder, file))).mode & 0o777, 0o600);
  });

  it("reads nothing beside its own files, whatever the name", async () => {
    const folder = await newFolder();
    const mailbox = new MailboxFolder(folder);
    await mailbox.deliver(message("one"));
    await writeFile(join(folder, "..", "secret.json"), "{}");
    for (const name of ["../secret", "..", "", "000000000001000-../../secret", "a".repeat(5_000), "\0"]) {
      assert.equal(await mailbox.read(name), undefined, name);
    }
  });

  it("says that it could not deliver, for another try, when the folder cannot be written", async () => {
    const folder = await newFolder();
    await writeFile(folder, "a file where the folder should be");
    await chmod(folder, 0o600);
    await assert.rejects(new MailboxFolder(folder).deliver(message("x")), (error) => {
      assert.ok(error instanceof DeliveryError);
      return !error.isPermanent;
    });
    await assert.rejects(
      new MailboxFolder(await newFolder()).deliver({ ...message("x"), id: "../up" }),
      (error) => error instanceof DeliveryError && error.isPermanent,
    );
  });
});

describe("the mailbox page", () => {
  const withMail = async () => {
    const mailbox = new MailboxFolder(await newFolder());
    await mailbox.deliver({ ...message("<script>alert(1)</script>"), html: "<b onclick=x>&</b>", text: "</pre><i>" });
    return { mailbox, name: (await mailbox.list())[0]!.name };
  };

  it("lists mails and shows one, with everything in it as text", async () => {
    const { mailbox, name } = await withMail();
    const list = await mailboxAnswer(mailbox, "/dev/mailbox", "localhost:8001");
    assert.equal(list?.status, 200);
    assert.match(list.body, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
    assert.doesNotMatch(list.body, /<script/);
    const one = await mailboxAnswer(mailbox, `/dev/mailbox/${name}`, "127.0.0.1:8001");
    assert.match(one?.body ?? "", /&lt;\/pre&gt;&lt;i&gt;/);
    assert.match(one?.headers["Content-Security-Policy"] ?? "", /default-src 'none'/);
    assert.equal((await mailboxAnswer(mailbox, `/dev/mailbox/${name}/text`, "[::1]:8001"))?.body, "</pre><i>");
  });

  it("gives a mail's HTML as it is, in a sandbox without scripts", async () => {
    const { mailbox, name } = await withMail();
    const html = await mailboxAnswer(mailbox, `/dev/mailbox/${name}/html`, "localhost");
    assert.equal(html?.body, "<b onclick=x>&</b>");
    const policy = html.headers["Content-Security-Policy"] ?? "";
    assert.match(policy, /default-src 'none'.*sandbox/);
    assert.doesNotMatch(policy, /allow-scripts|allow-same-origin|script-src/);
  });

  it("answers nothing by a domain name, which a stranger's page may have pointed here", async () => {
    const { mailbox } = await withMail();
    for (const host of ["evil.example", "evil.example:8001", "127.0.0.1.evil.example", undefined, ""]) {
      assert.equal((await mailboxAnswer(mailbox, "/dev/mailbox", host))?.status, 403, host);
    }
  });

  it("knows its own paths only", async () => {
    const { mailbox, name } = await withMail();
    assert.equal(await mailboxAnswer(mailbox, "/dev/mailboxes", "localhost"), undefined);
    for (const path of ["none", `${name}/raw`, `${name}/html/x`, "..%2f"]) {
      assert.equal((await mailboxAnswer(mailbox, `/dev/mailbox/${path}`, "localhost"))?.status, 404, path);
    }
  });
});
