// What every ephemeral store promises; run over memory by memory.test.ts and over Redis by redis.real.ts.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { eventually } from "../testing/eventually.ts";
import type { EphemeralStore } from "./store.ts";

const LONG_MS = 60_000;
const SHORT_MS = 40;

/** Defines the suite. `open` resolves to a store that can answer. */
export function ephemeralContract(name: string, open: () => Promise<EphemeralStore>): void {
  describe(`ephemeral store: ${name}`, () => {
    let store: EphemeralStore;
    before(async () => {
      store = await open();
    });
    after(async () => store.close());

    it("answers a check", async () => store.check());

    it("gives back what was set, and undefined for what was not", async () => {
      const key = randomUUID();
      assert.equal(await store.get(key), undefined);
      await store.set(key, "first", LONG_MS);
      await store.set(key, 'Zürich ⚔ " \\ \n', LONG_MS);
      assert.equal(await store.get(key), 'Zürich ⚔ " \\ \n');
    });

    it("keeps an empty value apart from no value", async () => {
      const key = randomUUID();
      await store.set(key, "", LONG_MS);
      assert.equal(await store.get(key), "");
    });

    it("forgets a value after its time to live, and not before", async () => {
      const key = randomUUID();
      const startedAt = performance.now();
      await store.set(key, "soon gone", SHORT_MS);
      await eventually("the value to expire", async () => (await store.get(key)) === undefined);
      assert.ok(performance.now() - startedAt >= SHORT_MS - 2);
    });

    it("extends the time to live when a value is set again", async () => {
      const key = randomUUID();
      const marker = randomUUID();
      await store.set(key, "short", SHORT_MS);
      await store.set(marker, "short", SHORT_MS);
      await store.set(key, "long", LONG_MS);
      await eventually("the marker to expire", async () => (await store.get(marker)) === undefined);
      assert.equal(await store.get(key), "long");
    });

    it("sets by comparison only over exactly the expected value", async () => {
      const key = randomUUID();
      assert.equal(await store.compareAndSet(key, "a", "b", LONG_MS), false, "there is no value yet");
      assert.equal(await store.get(key), undefined);
      await store.set(key, "a", LONG_MS);
      assert.equal(await store.compareAndSet(key, "A", "b", LONG_MS), false);
      assert.equal(await store.compareAndSet(key, "a", "b", LONG_MS), true);
      assert.equal(await store.get(key), "b");
    });

    it("gives a value that was set by comparison its new time to live", async () => {
      const key = randomUUID();
      await store.set(key, "a", LONG_MS);
      await store.compareAndSet(key, "a", "b", SHORT_MS);
      await eventually("the value to expire", async () => (await store.get(key)) === undefined);
    });

    it("lets exactly one of many comparisons at one time win", async () => {
      const key = randomUUID();
      await store.set(key, "free", LONG_MS);
      const wins = await Promise.all(
        Array.from({ length: 20 }, (_, i) => store.compareAndSet(key, "free", `taken by ${i}`, LONG_MS)),
      );
      assert.equal(wins.filter(Boolean).length, 1);
      assert.equal(await store.get(key), `taken by ${wins.indexOf(true)}`);
    });

    it("deletes by comparison only exactly the expected value, and once", async () => {
      const key = randomUUID();
      await store.set(key, "a", LONG_MS);
      assert.equal(await store.compareAndDelete(key, "b"), false);
      const wins = await Promise.all(Array.from({ length: 5 }, () => store.compareAndDelete(key, "a")));
      assert.equal(wins.filter(Boolean).length, 1);
      assert.equal(await store.get(key), undefined);
    });

    it("counts every one of many increments at one time, and says how long the counter lives", async () => {
      const key = randomUUID();
      const counts = await Promise.all(Array.from({ length: 50 }, () => store.increment(key, LONG_MS)));
      assert.deepEqual(
        counts.map(({ count }) => count).sort((a, b) => a - b),
        Array.from({ length: 50 }, (_, i) => i + 1),
      );
      for (const { expiresInMs } of counts) assert.ok(expiresInMs > LONG_MS - 10_000 && expiresInMs <= LONG_MS);
    });

    it("starts a counter again after its time to live, which later increments do not extend", async () => {
      const key = randomUUID();
      const startedAt = performance.now();
      assert.equal((await store.increment(key, 100)).count, 1);
      await eventually("the counter to start again", async () => (await store.increment(key, 100)).count === 1);
      assert.ok(performance.now() - startedAt < 5_000);
    });

    it("gives a bucket's tokens once each, however many ask at one time, and refuses the rest", async () => {
      const key = randomUUID();
      const rule = { capacity: 10, refillPerSecond: 0.01, cost: 1 };
      const takes = await Promise.all(Array.from({ length: 30 }, () => store.takeToken(key, rule)));
      const allowed = takes.filter((take) => take.allowed);
      assert.deepEqual(
        allowed.map(({ remaining }) => remaining).sort((a, b) => a - b),
        Array.from({ length: 10 }, (_, i) => i),
      );
      assert.ok(allowed.every(({ retryMs }) => retryMs === 0));
      for (const { remaining, retryMs, resetMs } of takes.filter((take) => !take.allowed)) {
        assert.equal(remaining, 0);
        assert.ok(retryMs > 90_000 && retryMs <= 100_000, `${retryMs} ms to the next token`);
        assert.ok(resetMs > 990_000 && resetMs <= 1_000_000, `${resetMs} ms to a full bucket`);
      }
      assert.equal((await store.takeToken(randomUUID(), rule)).remaining, 9, "another bucket is full");
    });

    it("takes all of a cost or nothing, and looks for a cost of 0", async () => {
      const key = randomUUID();
      const rule = { capacity: 5, refillPerSecond: 0.01 };
      assert.deepEqual(await store.takeToken(key, { ...rule, cost: 0 }), {
        allowed: true,
        remaining: 5,
        resetMs: 0,
        retryMs: 0,
      });
      assert.equal((await store.takeToken(key, { ...rule, cost: 4 })).remaining, 1);
      assert.equal((await store.takeToken(key, { ...rule, cost: 2 })).allowed, false);
      const left = await store.takeToken(key, { ...rule, cost: 1 });
      assert.deepEqual([left.allowed, left.remaining], [true, 0], "the refused take cost nothing");
      assert.deepEqual((await store.takeToken(key, { ...rule, cost: 0 })).allowed, true);
    });

    it("fills a bucket steadily, so that a token comes back in its time and not before", async () => {
      const key = randomUUID();
      const rule = { capacity: 2, refillPerSecond: 20, cost: 1 };
      const startedAt = performance.now();
      await store.takeToken(key, { ...rule, cost: 2 });
      await eventually("one token to come back", async () => (await store.takeToken(key, rule)).allowed);
      assert.ok(performance.now() - startedAt >= 48, "50 ms a token");
      await eventually("the bucket to be full", async () => (await store.takeToken(key, { ...rule, cost: 2 })).allowed);
      assert.ok(performance.now() - startedAt >= 148, "three tokens");
    });

    it("refuses a rule that no bucket can follow", async () => {
      const rule = { capacity: 5, refillPerSecond: 1, cost: 1 };
      for (const wrong of [{ capacity: 0 }, { refillPerSecond: 0 }, { cost: 6 }, { cost: -1 }, { cost: Number.NaN }]) {
        await assert.rejects(store.takeToken(randomUUID(), { ...rule, ...wrong }), RangeError, JSON.stringify(wrong));
      }
    });

    it("lists the living members of a set by name, each with its last value", async () => {
      const set = randomUUID();
      assert.deepEqual(await store.members(set), []);
      await store.putMember(set, "b", "1", LONG_MS);
      await store.putMember(set, "a", "2", LONG_MS);
      await store.putMember(set, "b", "3", LONG_MS);
      assert.deepEqual(await store.members(set), [
        { name: "a", value: "2" },
        { name: "b", value: "3" },
      ]);
    });

    it("forgets each member after its own time to live, also when a longer-lived one came before", async () => {
      const set = randomUUID();
      await store.putMember(set, "stays", "1", LONG_MS);
      await store.putMember(set, "goes", "2", SHORT_MS);
      await eventually("one member to expire", async () => (await store.members(set)).length === 1);
      assert.deepEqual(await store.members(set), [{ name: "stays", value: "1" }]);
    });

    it("renews a member that is put again", async () => {
      const set = randomUUID();
      await store.putMember(set, "renewed", "1", SHORT_MS);
      await store.putMember(set, "marker", "1", SHORT_MS);
      await store.putMember(set, "renewed", "2", LONG_MS);
      await eventually("the marker to expire", async () => (await store.members(set)).length === 1);
      assert.deepEqual(await store.members(set), [{ name: "renewed", value: "2" }]);
    });

    it("removes a member, and says whether it was there", async () => {
      const set = randomUUID();
      await store.putMember(set, "a", "1", LONG_MS);
      assert.equal(await store.removeMember(set, "a"), true);
      assert.equal(await store.removeMember(set, "a"), false);
      assert.deepEqual(await store.members(set), []);
    });

    it("does not say of an expired member that it was there", async () => {
      const set = randomUUID();
      await store.putMember(set, "a", "1", SHORT_MS);
      await eventually("the member to expire", async () => (await store.members(set)).length === 0);
      assert.equal(await store.removeMember(set, "a"), false);
    });
  });
}
