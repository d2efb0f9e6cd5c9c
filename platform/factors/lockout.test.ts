// The lockout holds its bound however attempts are sent, grows by attempts and not by knocking, and forgets.
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import fc from "fast-check";
import { MemoryStore } from "../ephemeral/memory.ts";
import { Lockout, type LockoutPolicy, lockMs } from "./lockout.ts";

const POLICY: LockoutPolicy = {
  freeAttempts: 3,
  freeWindowMs: 60_000,
  firstLockMs: 1_000,
  longestLockMs: 30_000,
  memoryMs: 600_000,
};

let now = 1_000_000;
let store = new MemoryStore({ now: () => now });
const fresh = () => {
  now = 1_000_000;
  store = new MemoryStore({ now: () => now });
  return new Lockout(store, POLICY, () => now);
};
afterEach(() => store.close());

describe("lockMs", () => {
  it("doubles from the first lock to the longest, and stays there", () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6, 1_000_000].map((locks) => lockMs(POLICY, locks)),
      [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000],
    );
  });
});

describe("lockout", () => {
  it("lets the free attempts and one more through, then one after each lock, and says how long to wait", async () => {
    const lockout = fresh();
    for (let i = 0; i < POLICY.freeAttempts + 1; i += 1) assert.equal(await lockout.begin("a"), undefined);
    for (const waitMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      assert.equal(await lockout.begin("a"), waitMs);
      now += waitMs - 1;
      assert.equal(await lockout.begin("a"), 1);
      now += 1;
      assert.equal(await lockout.begin("a"), undefined);
    }
    assert.equal(await lockout.begin("b"), undefined, "another key is not locked");
  });

  it("lets no more through when everything is tried at the same moment", async () => {
    const lockout = fresh();
    const burst = async () => (await Promise.all(Array.from({ length: 200 }, () => lockout.begin("a")))).filter(isFree);
    assert.equal((await burst()).length, POLICY.freeAttempts + 1);
    now += 1_000;
    assert.equal((await burst()).length, 1);
    now += 2_000;
    assert.equal((await burst()).length, 1, "the knocking before did not make the lock longer");
  });

  it("never lets more through than the arithmetic says, whatever the times of the attempts", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20_000), { maxLength: 150 }), async (waits) => {
        const lockout = fresh();
        const allowed: number[] = [];
        for (const waitMs of waits) {
          now += waitMs;
          if (isFree(await lockout.begin("a"))) allowed.push(now);
        }
        // However the window of free attempts falls, so many fit into one minute: the free ones twice, and those of locks.
        for (const [index, from] of allowed.entries()) {
          const inMinute = allowed.slice(index).filter((at) => at - from < POLICY.freeWindowMs).length;
          assert.ok(inMinute <= 2 * POLICY.freeAttempts + 7, `${inMinute} in a minute`);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("forgets at a success, after the memory, and free attempts that led to no lock after their window", async () => {
    const lockout = fresh();
    for (let i = 0; i < 5; i += 1) await lockout.begin("a");
    assert.notEqual(await lockout.begin("a"), undefined);
    await lockout.forget("a");
    for (let i = 0; i < POLICY.freeAttempts; i += 1) assert.equal(await lockout.begin("a"), undefined);
    now += POLICY.freeWindowMs;
    for (let i = 0; i < POLICY.freeAttempts + 1; i += 1) assert.equal(await lockout.begin("a"), undefined);
    assert.equal(await lockout.begin("a"), 1_000);
    now += POLICY.memoryMs;
    for (let i = 0; i < POLICY.freeAttempts + 1; i += 1) assert.equal(await lockout.begin("a"), undefined);
  });

  it("counts failures alone for keys that many share", async () => {
    const lockout = fresh();
    for (let i = 0; i < POLICY.freeAttempts; i += 1) await lockout.fail("net");
    assert.equal(await lockout.remaining("net"), undefined);
    await lockout.fail("net");
    assert.equal(await lockout.remaining("net"), 1_000);
    await lockout.fail("net");
    now += 1_000;
    assert.equal(await lockout.remaining("net"), undefined);
    await lockout.fail("net");
    assert.equal(await lockout.remaining("net"), 2_000);
  });
});

function isFree(waitMs: number | undefined): boolean {
  return waitMs === undefined;
}
