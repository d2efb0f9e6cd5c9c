// What recovery promises of changes of address; a part of recovery.contract.ts.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { AppError } from "../../shared/schema/errors.ts";
import { linkedCode } from "../mail/testing/collected-mails.ts";
import { UNDO_DELAY_MS } from "./service.ts";
import { ADA, ENV, fails, type RecoveryStage } from "./testing/recovery-stage.ts";

/** Defines these tests. */
export function emailChangeTests(stage: () => RecoveryStage): void {
  describe("a change of address", () => {
    let on: RecoveryStage;
    before(() => {
      on = stage();
    });
    const change = async (playerId: string, to: string) => {
      await on.recovery.startEmailChange(ENV, playerId, to);
      const given = await on.mailedCode(to);
      return on.recovery.finishEmailChange(ENV, { playerId, sessionId: "this-session" }, given);
    };
    const undoCode = async (to: string) => {
      on.nowMs += UNDO_DELAY_MS;
      await on.mails.deliverDue();
      const mail = on.transport.messages.findLast(({ to: at, subject }) => at === to && /was changed/.test(subject));
      assert.ok(mail, `${to} was told of the change`);
      const { codeId, code } = linkedCode(mail);
      return { codeId, code, mail };
    };

    it("takes effect when the new address is proven, ends the other sessions, and tells the old address", async () => {
      const playerId = await on.newPlayer(ADA);
      await on.recovery.startEmailChange(ENV, playerId, "New@example.com");
      assert.equal(await on.recovery.emailOf(ENV, playerId), ADA);
      const given = await on.mailedCode("new@example.com");
      const who = { playerId, sessionId: "this-session" };
      assert.equal(await on.recovery.finishEmailChange(ENV, who, given), "new@example.com");
      assert.equal(await on.recovery.emailOf(ENV, playerId), "new@example.com");
      assert.deepEqual(on.accounts.ended, [`${playerId} this-session`]);
      const { mail } = await undoCode(ADA);
      assert.match(mail.text, /from this one to n\*\*\*w@example\.com/);
    });

    it("adds the first address of a guest without telling anybody else", async () => {
      const playerId = await on.newPlayer();
      assert.equal(await change(playerId, ADA), ADA);
      on.nowMs += UNDO_DELAY_MS;
      await on.mails.deliverDue();
      assert.equal(on.transport.messages.length, 1);
    });

    it("is no other player's to confirm", async () => {
      const [playerId, thief] = [await on.newPlayer(ADA), await on.newPlayer()];
      await on.recovery.startEmailChange(ENV, playerId, "new@example.com");
      const given = await on.mailedCode("new@example.com");
      for (let count = 0; count < 6; count += 1) {
        await assert.rejects(on.recovery.finishEmailChange(ENV, { playerId: thief }, given), fails("code.invalid"));
      }
      assert.equal(await on.recovery.finishEmailChange(ENV, { playerId }, given), "new@example.com");
    });

    it("to another player's address is answered alike, and that player alone is told", async () => {
      const [playerId] = [await on.newPlayer(ADA), await on.newPlayer("bert@example.com")];
      const taken = await on.recovery.startEmailChange(ENV, playerId, "bert@example.com");
      const free = await on.recovery.startEmailChange(ENV, playerId, "free@example.com");
      assert.deepEqual({ ...taken, codeId: 0 }, { ...free, codeId: 0 });
      await on.mails.deliverDue();
      const { subject, text } = on.transport.lastTo("bert@example.com");
      assert.match(subject, /already in use/);
      assert.doesNotMatch(text, /account#/);
      const guess = { codeId: taken.codeId, code: "00000000" };
      await assert.rejects(on.recovery.finishEmailChange(ENV, { playerId }, guess), fails("code.invalid"));
    });

    it("that fails is told to nobody, and the code is good for another try", async () => {
      const playerId = await on.newPlayer(ADA);
      await on.recovery.startEmailChange(ENV, playerId, "new@example.com");
      const given = await on.mailedCode("new@example.com");
      on.accounts.onReplace = () => {
        throw new AppError("service.unavailable", "The database is away.");
      };
      await assert.rejects(on.recovery.finishEmailChange(ENV, { playerId }, given), fails("service.unavailable"));
      on.nowMs += UNDO_DELAY_MS;
      await on.mails.deliverDue();
      assert.deepEqual(
        on.transport.messages.map(({ to }) => to),
        ["new@example.com"],
      );
      on.accounts.onReplace = () => undefined;
      assert.equal(await on.recovery.finishEmailChange(ENV, { playerId }, given), "new@example.com");
      await undoCode(ADA);
    });

    it("makes codes for a new password that went to the old address worthless", async () => {
      const playerId = await on.newPlayer(ADA);
      await on.recovery.startReset(ENV, ADA);
      const reset = await on.mailedCode(ADA);
      await change(playerId, "new@example.com");
      await assert.rejects(on.recovery.finishReset(ENV, reset, "long enough"), fails("code.invalid"));
    });

    it("is taken back from the old address: all sessions end, and a code for a new password comes", async () => {
      const playerId = await on.newPlayer(ADA);
      await change(playerId, "thief@example.com");
      const undo = await undoCode(ADA);
      await on.recovery.undoEmailChange(ENV, undo);
      assert.equal(await on.recovery.emailOf(ENV, playerId), ADA);
      assert.equal(on.accounts.ended.at(-1), playerId);
      await on.mails.deliverDue();
      assert.deepEqual(
        on.transport.messages
          .slice(-2)
          .map(({ to, subject }) => `${to} ${subject}`)
          .sort(),
        [`${ADA} Set a new password for Arena`, `${ADA} Your address is back at Arena`],
      );
      await assert.rejects(on.recovery.undoEmailChange(ENV, undo), fails("code.invalid"));
    });

    it("of a thief cannot be saved by changing again: the first address has the last word", async () => {
      const playerId = await on.newPlayer(ADA);
      await change(playerId, "thief@example.com");
      const victims = await undoCode(ADA);
      await change(playerId, "thief2@example.com");
      const thiefs = await undoCode("thief@example.com");
      await on.recovery.undoEmailChange(ENV, thiefs);
      assert.equal(await on.recovery.emailOf(ENV, playerId), "thief@example.com");
      await change(playerId, "thief3@example.com");
      const later = await undoCode("thief@example.com");
      await on.recovery.undoEmailChange(ENV, victims);
      assert.equal(await on.recovery.emailOf(ENV, playerId), ADA);
      await assert.rejects(on.recovery.undoEmailChange(ENV, later), fails("code.invalid"));
      assert.equal(await on.recovery.emailOf(ENV, playerId), ADA);
    });
  });
}
