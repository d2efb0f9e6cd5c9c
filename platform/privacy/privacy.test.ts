// Privacy on PGlite, and the timer that sweeps.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FIRST_ENVIRONMENT } from "../../shared/schema/platform/index.ts";
import { createLog } from "../ops/log.ts";
import { LogSink } from "../testing/log-sink.ts";
import { openScratchPglite } from "../testing/scratch-database.ts";
import { MAX_ARCHIVE_BYTES, packArchive } from "./archive.ts";
import { DeletionSweep } from "./deletion-sweep.ts";
import { privacyContract } from "./privacy.contract.ts";

privacyContract("PGlite", openScratchPglite);

describe("deletion sweep", () => {
  it("sweeps again and again, one at a time, goes on after a failure, and ends with the sweep under way", async () => {
    let [running, swept] = [0, 0];
    const sink = new LogSink();
    const sweep = async () => {
      running += 1;
      assert.equal(running, 1);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      swept += 1;
      if (swept === 1) throw new Error("once");
      return 3;
    };
    const timer = new DeletionSweep({ sweep }, createLog("info", [], sink), 1);
    await sink.waitFor("player.sweep_failed");
    assert.equal((await sink.waitFor("player.deletions"))["deleted"], 3);
    await timer.stop();
    assert.equal(running, 0);
    const before = swept;
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(swept, before);
  });
});

describe("archive", () => {
  it("refuses to pack what no module may keep", () => {
    const subject = { environmentId: FIRST_ENVIRONMENT, playerId: "p", exportedAt: new Date() };
    const modules = new Map([["large", "x".repeat(MAX_ARCHIVE_BYTES)]]);
    assert.throws(() => packArchive(subject, modules), /at most 16777216/);
  });
});
