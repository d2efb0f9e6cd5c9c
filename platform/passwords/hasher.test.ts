// Passwords are hashed slowly, and nothing else is slowed by it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hash as hashAtCost } from "@node-rs/argon2";
import { AppError } from "../../shared/schema/errors.ts";
import { Argon2Hasher } from "./hasher.ts";

const hasher = new Argon2Hasher();

describe("Argon2Hasher", () => {
  it("makes another argon2id hash each time, which the password matches and no other", async () => {
    const [one, two] = await Promise.all([hasher.hash("correct horse"), hasher.hash("correct horse")]);
    assert.notEqual(one, two);
    assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    assert.equal(await hasher.verify(one, "correct horse"), true);
    assert.equal(await hasher.verify(one, "correct horse "), false);
    assert.equal(await hasher.verify(two, "Correct horse"), false);
  });

  it("takes a composed and a decomposed character for the same", async () => {
    assert.equal(await hasher.verify(await hasher.hash("caf\u00e9 noir"), "cafe\u0301 noir"), true);
  });

  it("matches nothing where there is no hash, and works as long for it", async () => {
    const stored = await hasher.hash("correct horse");
    const cost = { stored: 0, none: 0 };
    for (let i = 0; i < 15; i++) {
      cost.stored += await costOf(() => hasher.verify(stored, "wrong horse"));
      cost.none += await costOf(async () => assert.equal(await hasher.verify(undefined, "wrong horse"), false));
    }
    const ratio = cost.none / cost.stored;
    assert.ok(ratio > 0.5 && ratio < 2, `no hash took ${ratio.toFixed(2)} of the time of a hash`);
  });

  it("knows a hash of another cost", async () => {
    assert.equal(hasher.isOutdated(await hasher.hash("correct horse")), false);
    assert.equal(hasher.isOutdated(await hashAtCost("correct horse", { memoryCost: 8_192, timeCost: 1 })), true);
  });

  it("leaves the event loop free while many hashes are made, and refuses more than it can do soon", async () => {
    // CPU of this thread beside that of all: lateness would say how busy the machine is.
    const [own, all] = [process.threadCpuUsage(), process.cpuUsage()];
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => hasher.hash("correct horse")));
    const share = process.threadCpuUsage(own).user / process.cpuUsage(all).user;
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    assert.ok(refused.length >= 200 - 3 - 128);
    for (const { reason } of refused) assert.ok(reason instanceof AppError && reason.code === "service.unavailable");
    assert.ok(share < 0.1, `the event loop did ${Math.round(share * 100)} % of the work`);
  });
});

/** CPU time of all threads, in microseconds: what an answer takes on a machine that does nothing else. */
async function costOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
