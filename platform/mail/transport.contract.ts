// What every way out for mail promises; run over the mailbox folder by mailbox-folder.test.ts and over SMTP by smtp.test.ts.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { uuidV7 } from "../accounts/uuid-v7.ts";
import type { MailMessage, MailTransport } from "./transport.ts";

/** What arrived: the message as its reader sees it, and everybody it was addressed to. */
export interface ArrivedMail {
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A transport and where its mail arrives. */
export interface TransportUnderTest {
  readonly transport: MailTransport;
  arrived(): Promise<readonly ArrivedMail[]>;
  close(): Promise<void>;
}

const message = (fields: Partial<MailMessage> = {}): MailMessage => ({
  id: uuidV7(),
  to: "ada@example.com",
  subject: "Your code",
  text: "Hello\n",
  html: "<p>Hello</p>\n",
  ...fields,
});

const normalized = (text: string) => text.replaceAll("\r\n", "\n").trimEnd();

/** Defines the suite. `open` makes a transport with nothing arrived yet. */
export function transportContract(name: string, open: () => Promise<TransportUnderTest>): void {
  describe(`mail transport: ${name}`, () => {
    let tested: TransportUnderTest;
    before(async () => {
      tested = await open();
    });
    after(async () => tested.close());

    const lastOf = async (id: string, sent: MailMessage): Promise<ArrivedMail> => {
      const found = (await tested.arrived()).filter(({ text }) => text.includes(id));
      assert.equal(found.length, 1, `arrived once: ${sent.subject}`);
      return found[0]!;
    };

    it("delivers what it was given, in every script, to its one recipient", async () => {
      const id = uuidV7();
      const subject = "Dein Code für Zürich: K7QF-2M9P – 你好 ⚔";
      const text = `Grüße aus Zürich ⚔ ${id}\n.\n.. a line with dots\nFrom the start\n${"long ".repeat(400)}`;
      const html = `<p>Grüße ⚔ ${id}</p>\n<p>${"x".repeat(3_000)}</p>`;
      const sent = message({ id, subject, text, html });
      await tested.transport.deliver(sent);
      const arrived = await lastOf(id, sent);
      assert.deepEqual(arrived.recipients, ["ada@example.com"]);
      assert.equal(arrived.subject, subject);
      assert.equal(normalized(arrived.text), normalized(text));
      assert.equal(normalized(arrived.html), normalized(html));
    });

    it("has resolved only when the message has arrived, also for many at one time", async () => {
      const many = Array.from({ length: 12 }, () => uuidV7());
      await Promise.all(many.map((id) => tested.transport.deliver(message({ id, text: `number ${id}\n` }))));
      const all = (await tested.arrived()).map(({ text }) => text).join("");
      assert.deepEqual(
        many.filter((id) => !all.includes(id)),
        [],
      );
    });

    it("lets no subject add a header or a recipient", async () => {
      const parts = fc.constantFrom(
        "\r\n",
        "\n",
        "\r",
        "Bcc: eve@example.com",
        "\0",
        ": ",
        "<",
        "x",
        " ",
        "\u2028",
        "=?utf-8?q?=0D=0ABcc:",
      );
      await fc.assert(
        fc.asyncProperty(fc.array(parts, { maxLength: 12 }), async (pieces) => {
          const id = uuidV7();
          const sent = message({ id, subject: `s${pieces.join("")}`, text: `${id}\n` });
          await tested.transport.deliver(sent);
          assert.deepEqual((await lastOf(id, sent)).recipients, ["ada@example.com"]);
        }),
        { numRuns: 25 },
      );
    });
  });
}
