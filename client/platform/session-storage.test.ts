import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { SESSION, sessionStorageContract, sharedStorageContract } from "./session-storage.contract.ts";
import { type BrowserParts, BrowserSessionStorage, MemorySessionStorage } from "./session-storage.ts";

let kept: Map<string, string>;
let lastLock: Promise<unknown>;

beforeEach(() => {
  kept = new Map();
  lastLock = Promise.resolve();
});

/** A browser's storage and locks, which all tabs share. */
const tab = (hasLocks: boolean): BrowserSessionStorage => {
  const storage: BrowserParts["storage"] = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
  const request = (_name: string, work: () => Promise<unknown>) => {
    const turn = lastLock.then(work);
    lastLock = turn.catch(() => undefined);
    return turn;
  };
  const locks = { request } as unknown as NonNullable<BrowserParts["locks"]>;
  return new BrowserSessionStorage("session", { storage, ...(hasLocks && { locks }) });
};

sessionStorageContract("memory", () => new MemorySessionStorage());
sessionStorageContract("a browser's", () => tab(true));
sessionStorageContract("a browser's without locks", () => tab(false));
sharedStorageContract("a browser's", () => tab(true));

test("text in a browser's storage that is no session is none, and is replaced", async () => {
  const storage = tab(false);
  for (const text of ["{", "null", "{}", JSON.stringify({ ...SESSION, refreshToken: 7 })]) {
    kept.set("session", text);
    assert.equal(await storage.load(), undefined, text);
  }
  await storage.save(SESSION);
  assert.deepEqual(await storage.load(), SESSION);
});
