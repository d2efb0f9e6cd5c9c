// The memory store keeps the contract, and its bound.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AppError } from "../../shared/schema/errors.ts";
import { ephemeralContract } from "./ephemeral.contract.ts";
import { MemoryStore } from "./memory.ts";

ephemeralContract("memory", async () => new MemoryStore());

describe("memory store", () => {
  it("refuses what does not fit, keeps what it has, and has room again when something expires", async () => {
    let now = 0;
    const store = new MemoryStore({ maxEntries: 3, now: () => now });
    await store.set("a", "1", 1_000);
    await store.increment("b", 10);
    await store.putMember("set", "c", "1", 1_000);
    const isRefused = (error: unknown) => error instanceof AppError && error.code === "service.unavailable";
    await assert.rejects(store.set("d", "1", 1_000), isRefused);
    await assert.rejects(store.increment("d", 1_000), isRefused);
    await assert.rejects(store.putMember("set", "d", "1", 1_000), isRefused);
    await store.set("a", "2", 1_000);
    assert.equal(await store.get("a"), "2");
    now = 11;
    await store.set("d", "1", 1_000);
    assert.equal(store.size, 3);
    await store.close();
  });

  it("forgets a bucket that is full again, and refuses a new one when there is no room", async () => {
    let now = 0;
    const store = new MemoryStore({ maxEntries: 1, now: () => now });
    const rule = { capacity: 2, refillPerSecond: 1, cost: 1 };
    await store.takeToken("a", rule);
    assert.equal(store.size, 1);
    await assert.rejects(store.takeToken("b", rule), (error) => (error as AppError).code === "service.unavailable");
    assert.equal((await store.takeToken("a", rule)).remaining, 0, "a bucket that is there goes on");
    now = 2_001;
    assert.equal((await store.takeToken("b", rule)).remaining, 1);
    assert.equal(store.size, 1);
    await store.close();
  });
});
