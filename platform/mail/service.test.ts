import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { FIRST_ENVIRONMENT } from "../../shared/schema/platform/index.ts";
import { openPglite } from "../db/pglite.ts";
import { createLog } from "../ops/log.ts";
import { Metrics } from "../ops/metrics.ts";
import { mailServiceContract } from "./service.contract.ts";
import { CollectedMails } from "./testing/collected-mails.ts";
import { DeliveryError } from "./transport.ts";
import { MAX_UNSTORED_MAILS, UnstoredMails } from "./unstored-mails.ts";

let folder: string | undefined;
after(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

mailServiceContract("PGlite", async () => {
  folder = await mkdtemp(join(tmpdir(), "gamekeeper-mail-"));
  const database = await openPglite(folder, createLog("silent"));
  await database.whenReady();
  return database;
});

describe("mails that wait in memory", () => {
  const metrics = new Metrics();
  after(() => metrics.close());
  const mail = {
    to: "ada@example.com",
    template: "step-up-code",
    values: { code: "K7QF-2M9P", link: "https://play.example.com/account", minutes: 10 },
  } as const;
  const open = (transport: CollectedMails, waits: number[]) =>
    new UnstoredMails({
      transport,
      product: "Arena",
      metrics,
      log: createLog("silent"),
      wait: async (ms) => {
        waits.push(ms);
      },
    });

  it("are tried five times, and then given up", async () => {
    const transport = new CollectedMails();
    const waits: number[] = [];
    const mails = open(transport, waits);
    transport.onDeliver = () => {
      throw new DeliveryError("not now", false);
    };
    mails.send(FIRST_ENVIRONMENT, "id-1", mail);
    await mails.settled();
    assert.deepEqual(waits, [1_000, 4_000, 15_000, 60_000]);
    transport.onDeliver = () => {
      if (waits.length < 6) throw new DeliveryError("not now", false);
    };
    mails.send(FIRST_ENVIRONMENT, "id-2", mail);
    await mails.settled();
    assert.equal(transport.messages.length, 1);
  });

  it("are given up at once when they are refused for good", async () => {
    const transport = new CollectedMails();
    const waits: number[] = [];
    const mails = open(transport, waits);
    transport.onDeliver = () => {
      throw new DeliveryError("no such mailbox", true);
    };
    mails.send(FIRST_ENVIRONMENT, "id-1", mail);
    await mails.settled();
    assert.deepEqual(waits, []);
  });

  it("are taken up to a bound, and not after the end", async () => {
    const transport = new CollectedMails();
    const { promise, resolve } = Promise.withResolvers<void>();
    transport.onDeliver = () => promise;
    const mails = open(transport, []);
    for (let index = 0; index < MAX_UNSTORED_MAILS; index += 1) mails.send(FIRST_ENVIRONMENT, `id-${index}`, mail);
    assert.throws(() => mails.send(FIRST_ENVIRONMENT, "one-more", mail), { code: "service.unavailable" });
    resolve();
    await mails.stop();
    assert.equal(transport.messages.length, MAX_UNSTORED_MAILS);
    assert.throws(() => mails.send(FIRST_ENVIRONMENT, "late", mail), { code: "service.unavailable" });
  });
});
