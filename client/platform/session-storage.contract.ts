// What every `SessionStorage` promises.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SessionStorage, StoredSession } from "./session-storage.ts";

/** A session that could have been stored. */
export const SESSION: StoredSession = {
  realm: "http://platform.test/",
  playerId: "player",
  sessionId: "session",
  accessToken: "access",
  accessExpiresMs: 1,
  refreshToken: "refresh",
  refreshExpiresMs: 2,
};

/** Runs the suite; `open` gives a storage of the same place each time within a test, and of an empty one in the next. */
export function sessionStorageContract(name: string, open: () => SessionStorage): void {
  describe(`session storage: ${name}`, () => {
    test("has nothing, then what was saved last, then nothing again", async () => {
      const storage = open();
      assert.equal(await storage.load(), undefined);
      await storage.save(SESSION);
      const next = { ...SESSION, refreshToken: "next" };
      await storage.save(next);
      assert.deepEqual(await storage.load(), next);
      await storage.clear();
      await storage.clear();
      assert.equal(await storage.load(), undefined);
    });

    test("runs exclusive work to its end, and gives its answer or error", async () => {
      const storage = open();
      assert.equal(await storage.exclusively(async () => 7), 7);
      await assert.rejects(
        storage.exclusively(() => Promise.reject(new Error("no"))),
        /no/,
      );
      assert.equal(await storage.exclusively(async () => 8), 8);
    });
  });
}

/** For storages that outlive a process or page, and so are shared: no two run exclusive work at once. */
export function sharedStorageContract(name: string, open: () => SessionStorage): void {
  test(`session storage: ${name} runs one exclusive work at a time, whoever asks`, async () => {
    let running = 0;
    let done = 0;
    const work = async (): Promise<void> => {
      running += 1;
      assert.equal(running, 1);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      done += 1;
    };
    const [first, second] = [open(), open()];
    await Promise.all([first, second, first, second, second].map((storage) => storage.exclusively(work)));
    assert.equal(done, 5);
  });
}
