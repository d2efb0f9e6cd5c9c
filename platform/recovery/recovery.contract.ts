// What recovery promises on every database; run over PGlite by recovery.test.ts and over Postgres by recovery.real.ts.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { uuidV7 } from "../accounts/uuid-v7.ts";
import { EmailCodeVerifier } from "../accounts/verifiers/email-code.ts";
import type { Database } from "../db/database.ts";
import { CODE_LIFE_MS } from "./codes.ts";
import { emailChangeTests } from "./email-change.contract.ts";
import { MAILS_PER_ADDRESS, MAILS_PER_SOURCE } from "./mail-budget.ts";
import { mailCodeModule, mailCodeRecords } from "./player-records.ts";
import { StepUpCodes } from "./step-up-codes.ts";
import { MailCodeStore } from "./store.ts";
import { ADA, ENV, fails, OTHER_ENV, RecoveryStage, START_MS, wrong } from "./testing/recovery-stage.ts";

/** Defines the suite. `open` resolves to a migrated database. */
export function recoveryContract(name: string, open: () => Promise<Database>): void {
  describe(`recovery: ${name}`, () => {
    let on: RecoveryStage;
    before(async () => {
      on = await RecoveryStage.on(await open());
    });
    beforeEach(async () => on.reset());
    after(async () => on.close());

    signInCodeTests(() => on);
    forgottenPasswordTests(() => on);
    emailChangeTests(() => on);

    it("codes of a step-up are their player's alone, and say yes once", async () => {
      const [playerId, other] = [await on.newPlayer(ADA), await on.newPlayer()];
      const codes = new StepUpCodes(on.codes, on.accounts.emailOf.bind(on.accounts));
      assert.equal(await codes.addressOf(ENV, playerId), ADA);
      const issued = await codes.issue(ENV, playerId, ADA);
      assert.deepEqual({ ...issued, codeId: "" }, { codeId: "", expiresIn: 600, codeLength: 8 });
      const { codeId, code } = await on.mailedCode(ADA);
      assert.match(on.transport.lastTo(ADA).subject, /confirms your sign-in/);
      assert.equal(await codes.redeem(ENV, other, codeId, code), false);
      assert.equal(await codes.redeem(ENV, playerId, codeId, wrong(code)), false);
      assert.equal(await codes.redeem(ENV, playerId, codeId, code), true);
      assert.equal(await codes.redeem(ENV, playerId, codeId, code), false);
    });

    it("codes are given to their player without what is secret in them, and deleted alone or with a merge", async () => {
      const [playerId, other] = [await on.newPlayer(ADA), await on.newPlayer("bert@example.com")];
      for (const address of [ADA, "bert@example.com"]) {
        await on.recovery.startReset(ENV, address);
        await on.mailedCode(address);
      }
      const records = mailCodeRecords(on.database);
      assert.deepEqual(await records.export(ENV, playerId), [
        { purpose: "reset-password", address: ADA, askedAt: new Date(START_MS).toISOString() },
      ]);
      await on.database.transaction((tx) => records.delete(ENV, playerId, tx));
      assert.deepEqual(await records.export(ENV, playerId), []);
      assert.equal(((await records.export(ENV, other)) as unknown[]).length, 1);
      const module = mailCodeModule(new MailCodeStore(on.database));
      await on.database.transaction((tx) => module.merge(ENV, { from: other }, tx));
      assert.deepEqual(await records.export(ENV, other), []);
    });

    it("codes go with their player, and are removed some time after they expired", async () => {
      const playerId = await on.newPlayer(ADA);
      await on.recovery.startReset(ENV, ADA);
      await on.mailedCode(ADA);
      const count = async () => {
        const rows = await on.database.query((db) =>
          db.execute(sql`select id from mail_code where player_id = ${playerId}`),
        );
        return rows.length;
      };
      assert.equal(await count(), 1);
      on.nowMs += CODE_LIFE_MS["reset-password"] + 25 * 3_600_000;
      await on.recovery.startSignIn(ENV, "bert@example.com");
      assert.equal(await count(), 0);
      await on.recovery.startReset(ENV, ADA);
      await on.mails.deliverDue();
      await on.database.query((db) => db.execute(sql`delete from player where id = ${playerId}`));
      assert.equal(await count(), 0);
    });
  });
}

function signInCodeTests(stage: () => RecoveryStage): void {
  describe("a sign-in code", () => {
    let on: RecoveryStage;
    before(() => {
      on = stage();
    });
    const verifier = () => new EmailCodeVerifier(on.codes);

    it("proves an address, once, however it is typed", async () => {
      const issued = await on.recovery.startSignIn(ENV, "Ada@Example.com");
      assert.deepEqual({ ...issued, codeId: "" }, { codeId: "", expiresIn: 600, codeLength: 8 });
      const { codeId, code } = await on.mailedCode(ADA);
      assert.equal(codeId, issued.codeId);
      const typed = ` ${code.toLowerCase().replace("-", " ").replaceAll("0", "o").replaceAll("1", "l")} `;
      const verified = await verifier().verify({ codeId, code: typed }, { environmentId: ENV });
      assert.deepEqual(verified, { provider: "email", subject: ADA, email: ADA, isEmailVerified: true });
      await assert.rejects(verifier().verify({ codeId, code }, { environmentId: ENV }), fails("code.invalid"));
    });

    it("is not kept anywhere in the database as it was mailed", async () => {
      await on.recovery.startSignIn(ENV, ADA);
      const { codeId, code } = await on.mailedCode(ADA);
      const rows = await on.database.query((db) => db.execute(sql`select * from mail_code where id = ${codeId}`));
      const text = JSON.stringify([...rows]);
      assert.equal(rows.length, 1);
      assert.ok(!text.includes(code) && !text.includes(code.replace("-", "")));
    });

    it("is refused in another shape, environment or purpose, and by another id", async () => {
      await on.recovery.startSignIn(ENV, ADA);
      const given = await on.mailedCode(ADA);
      const verify = (proof: unknown, environmentId = ENV) => verifier().verify(proof, { environmentId });
      for (const proof of [
        undefined,
        "x",
        {},
        { ...given, more: 1 },
        { ...given, codeId: "1" },
        { ...given, code: "" },
      ]) {
        await assert.rejects(verify(proof), fails("request.invalid"));
      }
      await assert.rejects(verify(given, OTHER_ENV), fails("code.invalid"));
      await assert.rejects(verify({ ...given, codeId: uuidV7() }), fails("code.invalid"));
      await assert.rejects(on.recovery.finishReset(ENV, given, "a new password"), fails("code.invalid"));
      await assert.rejects(on.recovery.undoEmailChange(ENV, given), fails("code.invalid"));
      assert.equal((await verify(given)).email, ADA);
    });

    it("may be guessed at five times, and is worth nothing afterwards", async () => {
      await on.recovery.startSignIn(ENV, ADA);
      const { codeId, code } = await on.mailedCode(ADA);
      for (let guess = 0; guess < 5; guess += 1) {
        await assert.rejects(on.codes.redeemSignIn(ENV, { codeId, code: wrong(code) }), fails("code.invalid"));
      }
      await assert.rejects(on.codes.redeemSignIn(ENV, { codeId, code }), fails("code.invalid"));
    });

    it("takes no more than five guesses at one time either", async () => {
      await on.recovery.startSignIn(ENV, ADA);
      const { codeId, code } = await on.mailedCode(ADA);
      const guesses = Array.from({ length: 30 }, () => on.codes.redeemSignIn(ENV, { codeId, code: wrong(code) }));
      assert.ok((await Promise.allSettled(guesses)).every(({ status }) => status === "rejected"));
      const [row] = await on.database.query((db) =>
        db.execute<{ attempts_left: number }>(sql`select attempts_left from mail_code where id = ${codeId}`),
      );
      assert.equal(row?.attempts_left, 0);
    });

    it("is still good after a stranger used up the guesses of a code of their own for the same address", async () => {
      await on.recovery.startSignIn(ENV, ADA);
      const mine = await on.mailedCode(ADA);
      const { codeId } = await on.recovery.startSignIn(ENV, ADA, { source: "stranger" });
      for (let guess = 0; guess < 9; guess += 1) {
        await assert.rejects(on.codes.redeemSignIn(ENV, { codeId, code: "00000000" }), fails("code.invalid"));
      }
      assert.equal(await on.codes.redeemSignIn(ENV, mine), ADA);
    });

    it("lets one of many in who send it at one time", async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 2, max: 5 }), async (count) => {
          await on.recovery.startSignIn(ENV, ADA, { source: String(on.nowMs) });
          const given = await on.mailedCode(ADA);
          const all = await Promise.allSettled(Array.from({ length: count }, () => on.codes.redeemSignIn(ENV, given)));
          assert.equal(all.filter(({ status }) => status === "fulfilled").length, 1);
          on.nowMs += 3_600_000;
        }),
        { numRuns: 12 },
      );
    });

    it("is good for ten minutes, and not a millisecond longer", async () => {
      await on.recovery.startSignIn(ENV, ADA);
      const first = await on.mailedCode(ADA);
      await on.recovery.startSignIn(ENV, ADA);
      const second = await on.mailedCode(ADA);
      on.nowMs += CODE_LIFE_MS["sign-in"] - 1;
      assert.equal(await on.codes.redeemSignIn(ENV, first), ADA);
      on.nowMs += 1;
      await assert.rejects(on.codes.redeemSignIn(ENV, second), fails("code.invalid"));
    });

    it("comes in the language asked for, with a link that says all of it after the #", async () => {
      await on.recovery.startSignIn(ENV, ADA, { locale: "de-CH" });
      await on.mails.deliverDue();
      const { subject, text } = on.transport.lastTo(ADA);
      assert.match(subject, /meldet dich bei Arena an/);
      assert.match(
        text,
        /^https:\/\/play\.example\.com\/account#purpose=sign-in&id=[\w-]+&code=[\w-]+&env=demo%2Fdev$/m,
      );
    });

    it("goes to one address only so often for one sender, who uses up nobody else's share", async () => {
      const ask = async (source: string) => {
        await on.recovery.startSignIn(ENV, ADA, { source });
        await on.mails.deliverDue();
      };
      for (let count = 0; count < MAILS_PER_SOURCE + 5; count += 1) await ask("203.0.113.7");
      assert.equal(on.transport.messages.length, MAILS_PER_SOURCE);
      await ask("198.51.100.9");
      assert.equal(on.transport.messages.length, MAILS_PER_SOURCE + 1, "the victim still gets one");
      for (let source = 0; source < MAILS_PER_ADDRESS; source += 1) await ask(`10.0.0.${source}`);
      assert.equal(on.transport.messages.length, MAILS_PER_ADDRESS, "but no mailbox is flooded");
      on.nowMs += 3_600_001;
      await ask("203.0.113.7");
      assert.equal(on.transport.messages.length, MAILS_PER_ADDRESS + 1);
    });
  });
}

function forgottenPasswordTests(stage: () => RecoveryStage): void {
  describe("a forgotten password", () => {
    let on: RecoveryStage;
    before(() => {
      on = stage();
    });
    it("is replaced by the owner of the address, once", async () => {
      const playerId = await on.newPlayer(ADA);
      await on.recovery.startReset(ENV, "ADA@example.com");
      const given = await on.mailedCode(ADA);
      await on.recovery.finishReset(ENV, given, "correct horse");
      assert.deepEqual(on.accounts.passwords, [`${playerId} correct horse`]);
      await assert.rejects(on.recovery.finishReset(ENV, given, "again and again"), fails("code.invalid"));
    });

    it("does not cost the code when the new one is refused", async () => {
      await on.newPlayer(ADA);
      await on.recovery.startReset(ENV, ADA);
      const given = await on.mailedCode(ADA);
      for (let count = 0; count < 8; count += 1) {
        await assert.rejects(on.recovery.finishReset(ENV, given, "short"), fails("request.invalid"));
      }
      await on.recovery.finishReset(ENV, given, "long enough");
      assert.equal(on.accounts.passwords.length, 1);
    });

    it("is answered alike for an address that nobody has, which gets no mail, and leaves the same behind", async () => {
      await on.newPlayer(ADA);
      const known = await on.recovery.startReset(ENV, ADA);
      const unknown = await on.recovery.startReset(ENV, "nobody@example.com");
      assert.deepEqual({ ...known, codeId: 0 }, { ...unknown, codeId: 0 });
      const statementsFor = async (address: string) => {
        let count = 0;
        const counting: Database = {
          ...on.database,
          query: (work) => {
            count += 1;
            return on.database.query(work);
          },
          transaction: (work) => {
            count += 1;
            return on.database.transaction(work);
          },
        };
        const store = new MailCodeStore(counting);
        const found = await store.countAttempt(ENV, { id: address, purpose: "reset-password" }, on.nowMs);
        return { count, isThere: found !== undefined };
      };
      assert.deepEqual(await statementsFor(known.codeId), await statementsFor(unknown.codeId));
      await on.mails.deliverDue();
      assert.deepEqual(
        on.transport.messages.map(({ to }) => to),
        [ADA],
      );
      for (const codeId of [known.codeId, unknown.codeId]) {
        await assert.rejects(
          on.recovery.finishReset(ENV, { codeId, code: "00000000" }, "long enough"),
          fails("code.invalid"),
        );
      }
    });

    it("looks nobody up before it has answered", async () => {
      let isAsked = false;
      on.accounts.playerOfEmail = async () => {
        isAsked = true;
        return undefined;
      };
      await on.recovery.startReset(ENV, ADA);
      assert.equal(isAsked, false);
      await on.mails.deliverDue();
      assert.equal(isAsked, true);
    });

    it("is not replaced any more once the address has gone to another player", async () => {
      await on.newPlayer(ADA);
      await on.recovery.startReset(ENV, ADA);
      const given = await on.mailedCode(ADA);
      on.accounts.give(ENV, await on.newPlayer(), ADA);
      await assert.rejects(on.recovery.finishReset(ENV, given, "long enough"), fails("code.invalid"));
      assert.deepEqual(on.accounts.passwords, []);
    });

    it("is one environment's alone", async () => {
      await on.newPlayer(ADA, OTHER_ENV);
      await on.recovery.startReset(ENV, ADA);
      await on.mails.deliverDue();
      assert.equal(on.transport.messages.length, 0);
    });
  });
}
