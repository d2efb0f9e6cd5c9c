import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { SESSION, sessionStorageContract, sharedStorageContract } from "../platform/session-storage.contract.ts";
import { FileSessionStorage } from "./index.ts";

let folder: string;
const path = (): string => join(folder, "deep", "session.json");

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "gamekeeper-session-"));
});
afterEach(() => rm(join(folder, "deep"), { recursive: true, force: true }));
after(() => rm(folder, { recursive: true, force: true }));

sessionStorageContract("a file", () => new FileSessionStorage(path()));
sharedStorageContract("a file", () => new FileSessionStorage(path()));

test("the file is for its owner alone, and nothing else stays in the folder", async () => {
  const storage = new FileSessionStorage(path());
  await Promise.all(Array.from({ length: 8 }, (_, i) => storage.save({ ...SESSION, refreshToken: String(i) })));
  assert.equal((await stat(path())).mode & 0o777, 0o600);
  await storage.exclusively(async () => undefined);
  assert.deepEqual(await readdir(join(folder, "deep")), ["session.json"]);
  assert.match((await storage.load())?.refreshToken ?? "", /^\d$/);
});

test("a file that is no session is none", async () => {
  const storage = new FileSessionStorage(path());
  await storage.save(SESSION);
  await writeFile(path(), '{"playerId":');
  assert.equal(await storage.load(), undefined);
});

test("a lock that a process left behind is taken over, one that is held is waited for", async () => {
  const storage = new FileSessionStorage(path());
  await storage.save(SESSION);
  const lock = `${path()}.lock`;
  await writeFile(lock, "");
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(lock, longAgo, longAgo);
  assert.equal(await storage.exclusively(async () => "mine"), "mine");

  await writeFile(lock, "");
  let hasRun = false;
  const waiting = storage.exclusively(async () => {
    hasRun = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 60)); // Time is the subject: several polls pass.
  assert.equal(hasRun, false);
  await rm(lock);
  await waiting;
  assert.ok(hasRun);
});
