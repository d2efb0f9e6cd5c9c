// What the queue of mails promises on every database; run over PGlite by service.test.ts and over Postgres by service.real.ts.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { sql } from "drizzle-orm";
import { AppError } from "../../shared/schema/errors.ts";
import { FIRST_ENVIRONMENT } from "../../shared/schema/platform/index.ts";
import type { Database } from "../db/database.ts";
import { createLog } from "../ops/log.ts";
import { Metrics } from "../ops/metrics.ts";
import { LogSink } from "../testing/log-sink.ts";
import type { Mail, Notice } from "./mailer.ts";
import { MailService, NOTICE_LIFE_MS } from "./service.ts";
import { OutgoingMailStore } from "./store.ts";
import { CollectedMails } from "./testing/collected-mails.ts";
import { DeliveryError } from "./transport.ts";

const START_MS = Date.UTC(2026, 10, 20);

const notice = (to = "ada@example.com"): Mail<Notice> => ({
  to,
  template: "password-changed",
  values: { whenMs: START_MS },
});

/** Defines the suite. `open` resolves to a migrated database. */
export function mailServiceContract(name: string, open: () => Promise<Database>): void {
  describe(`queue of mails: ${name}`, () => {
    let database: Database;
    let nowMs = START_MS;
    let transport: CollectedMails;
    const metrics = new Metrics();

    before(async () => {
      database = await open();
    });
    beforeEach(async () => {
      nowMs = START_MS;
      transport = new CollectedMails();
      await database.query((db) => db.execute(sql`delete from outgoing_mail`));
    });
    after(async () => {
      metrics.close();
      await database.close();
    });

    const newService = (options: { maxWaiting?: number; log?: LogSink; to?: CollectedMails } = {}) =>
      new MailService({
        store: new OutgoingMailStore(database),
        transport: options.to ?? transport,
        product: "Arena",
        metrics,
        log: createLog("debug", [], options.log ?? new LogSink()),
        now: () => nowMs,
        ...(options.maxWaiting === undefined ? {} : { maxWaiting: options.maxWaiting }),
      });
    const waiting = () => new OutgoingMailStore(database).count();

    it("delivers each mail once, in the language asked for, and keeps nothing of it", async () => {
      const service = newService();
      await service.send(FIRST_ENVIRONMENT, notice());
      await service.send(FIRST_ENVIRONMENT, { ...notice("bert@example.com"), locale: "de-CH" });
      assert.equal(transport.messages.length, 0, "nothing is sent on the way of whoever asked");
      await service.deliverDue();
      assert.match(transport.lastTo("ada@example.com").subject, /Your Arena password was changed/);
      assert.match(transport.lastTo("bert@example.com").subject, /Dein Passwort bei Arena/);
      assert.equal(await waiting(), 0);
      await service.deliverDue();
      assert.equal(transport.messages.length, 2);
    });

    it("sends what a transaction committed, and nothing of one that was rolled back", async () => {
      const service = newService();
      await database.transaction((tx) => service.send(FIRST_ENVIRONMENT, notice("in@example.com"), tx));
      const failing = database.transaction(async (tx) => {
        await service.send(FIRST_ENVIRONMENT, notice("out@example.com"), tx);
        throw new Error("rolled back");
      });
      await assert.rejects(failing, /rolled back/);
      await service.deliverDue();
      assert.deepEqual(
        transport.messages.map(({ to }) => to),
        ["in@example.com"],
      );
    });

    it("outlives the process that took it", async () => {
      await newService().send(FIRST_ENVIRONMENT, notice());
      await newService().deliverDue();
      assert.equal(transport.messages.length, 1);
    });

    it("tries again after growing waits, under the same id, until it is delivered", async () => {
      const service = newService();
      const attempts: { atMs: number; id: string }[] = [];
      transport.onDeliver = ({ id }) => {
        attempts.push({ atMs: nowMs - START_MS, id });
        if (attempts.length < 5) throw new DeliveryError("not now", false);
      };
      await service.send(FIRST_ENVIRONMENT, notice());
      while (transport.messages.length === 0) {
        await service.deliverDue();
        nowMs += 1_000;
      }
      assert.deepEqual(
        attempts.map(({ atMs }) => atMs),
        [0, 2_000, 10_000, 42_000, 170_000],
      );
      assert.equal(new Set(attempts.map(({ id }) => id)).size, 1);
      assert.equal(await waiting(), 0);
    });

    it("gives up at once what is refused for good, and in time what never works", async () => {
      const log = new LogSink();
      const service = newService({ log });
      transport.onDeliver = () => {
        throw new DeliveryError("no such mailbox", true);
      };
      await service.send(FIRST_ENVIRONMENT, notice());
      await service.deliverDue();
      assert.equal(await waiting(), 0);
      assert.equal((await log.waitFor("mail.refused"))["reason"], "no such mailbox");
      transport.onDeliver = () => {
        throw new DeliveryError("not now", false);
      };
      await service.send(FIRST_ENVIRONMENT, notice());
      const endMs = nowMs + NOTICE_LIFE_MS + 3_600_000;
      for (; nowMs < endMs; nowMs += 600_000) await service.deliverDue();
      assert.equal(await waiting(), 0);
      await log.waitFor("mail.expired");
      assert.equal(transport.messages.length, 0);
    });

    it("is delivered once by two processes at one table", async () => {
      const [one, two] = [new CollectedMails(), new CollectedMails()];
      const services = [newService({ to: one }), newService({ to: two })];
      for (let index = 0; index < 40; index += 1) {
        await services[0]!.send(FIRST_ENVIRONMENT, notice(`player${index}@example.com`));
      }
      await Promise.all(services.map((service) => service.deliverDue()));
      const recipients = [...one.messages, ...two.messages].map(({ to }) => to);
      assert.equal(recipients.length, 40);
      assert.equal(new Set(recipients).size, 40);
    });

    it("is delivered by another process when the first one dies over it", async () => {
      const store = new OutgoingMailStore(database);
      const service = newService();
      await service.send(FIRST_ENVIRONMENT, notice());
      assert.equal((await store.claim(nowMs, 1, 60_000)).length, 1, "whoever claimed it is never heard of again");
      await service.deliverDue();
      assert.equal(transport.messages.length, 0);
      nowMs += 60_000;
      await service.deliverDue();
      assert.equal(transport.messages.length, 1);
    });

    it("takes no more than its bound, and more again when some are gone", async () => {
      const service = newService({ maxWaiting: 2 });
      await service.send(FIRST_ENVIRONMENT, notice());
      await service.send(FIRST_ENVIRONMENT, notice());
      await assert.rejects(service.send(FIRST_ENVIRONMENT, notice()), (error) => {
        assert.ok(error instanceof AppError);
        return error.code === "service.unavailable";
      });
      await service.deliverDue();
      await service.send(FIRST_ENVIRONMENT, notice());
    });

    it("asks for the content of deferred mail when it is due, not before, and again at each attempt", async () => {
      const service = newService();
      const asked: number[] = [];
      service.prepareWith("greeting", async (_environmentId, { details, attempt }) => {
        asked.push(attempt);
        if (details["to"] === "nobody") return undefined;
        return { template: "password-changed", values: { whenMs: nowMs, device: String(details["to"]) } };
      });
      transport.onDeliver = () => {
        if (asked.length === 1) throw new DeliveryError("not now", false);
      };
      const mail = { kind: "greeting", to: "ada@example.com", expiresAtMs: nowMs + 60_000 };
      await service.sendDeferred(FIRST_ENVIRONMENT, { ...mail, details: { to: "Ada" }, delayMs: 5_000 });
      await service.deliverDue();
      assert.deepEqual(asked, []);
      nowMs += 5_000;
      await service.deliverDue();
      nowMs += 2_000;
      await service.deliverDue();
      assert.deepEqual(asked, [1, 2]);
      assert.match(transport.lastTo("ada@example.com").text, /on "Ada"/);
      await service.sendDeferred(FIRST_ENVIRONMENT, { ...mail, details: { to: "nobody" } });
      await service.deliverDue();
      assert.equal(transport.messages.length, 1);
      assert.equal(await waiting(), 0);
      await assert.rejects(
        service.sendDeferred(FIRST_ENVIRONMENT, { ...mail, kind: "other", details: {} }),
        /prepares/,
      );
    });

    it("takes one plain address and nothing else", async () => {
      const service = newService();
      for (const to of [
        "",
        "ada@example.com, eve@example.com",
        "ada@example.com\r\nBcc: eve@example.com",
        "Ada <a@b.co>",
      ]) {
        await assert.rejects(service.send(FIRST_ENVIRONMENT, notice(to)), /one ASCII address/);
      }
    });

    it("delivers by itself while it runs, and ends what it began when it is stopped", async () => {
      const service = newService();
      const arrived = new Promise<void>((resolve) => {
        transport.onDeliver = () => void setImmediate(resolve);
      });
      service.start();
      await service.send(FIRST_ENVIRONMENT, notice());
      await arrived;
      await service.stop();
      assert.equal(transport.messages.length, 1);
      await service.send(FIRST_ENVIRONMENT, notice());
      assert.equal(await waiting(), 1, "what comes later waits for the next start");
    });
  });
}
