// The folder lock: one living process at a time, and no dead one.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { FolderLock, FolderLockedError } from "./folder-lock.ts";

describe("folder lock", () => {
  const folders: string[] = [];
  let folder: string;
  let lockFile: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gamekeeper-lock-"));
    lockFile = join(folder, "platform.lock.1");
    folders.push(folder);
  });
  after(async () => {
    for (const each of folders) await rm(each, { recursive: true, force: true });
  });

  it("is held once, and free again after release", async () => {
    const lock = await FolderLock.take(folder);
    await assert.rejects(FolderLock.take(folder), (error) => {
      assert.ok(error instanceof FolderLockedError);
      assert.match(error.message, new RegExp(`process ${process.pid}.*DATA_DIR`));
      return true;
    });
    await lock.release();
    await (await FolderLock.take(folder)).release();
    assert.deepEqual(await readdir(folder), []);
  });

  it("is taken over from a process that died", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    await writeFile(lockFile, JSON.stringify({ pid: child.pid, startedAt: "boot:1" }));
    await (await FolderLock.take(folder)).release();
  });

  it("is taken over when the pid lives, but as another process", {
    skip: process.platform !== "linux" && "needs /proc",
  }, async () => {
    await writeFile(lockFile, JSON.stringify({ pid: process.pid, startedAt: "another boot:1" }));
    await (await FolderLock.take(folder)).release();
  });

  it("is taken over when it cannot be read", async () => {
    await writeFile(lockFile, '{"pid": 1');
    await (await FolderLock.take(folder)).release();
  });

  it("is held by one at most of many who find it stale at the same time", async () => {
    await writeFile(lockFile, JSON.stringify({ pid: 2 ** 30, startedAt: "boot:1" }));
    const tries = await Promise.allSettled(Array.from({ length: 12 }, () => FolderLock.take(folder)));
    const locks = tries.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    assert.equal(locks.length, 1, "and with this few, by one");
    await locks[0]?.release();
    assert.deepEqual(await readdir(folder), []);
  });

  it("does not touch the claim of somebody else when it is released", async () => {
    const lock = await FolderLock.take(folder);
    await writeFile(lockFile, JSON.stringify({ pid: 1, startedAt: "boot:1" }));
    await lock.release();
    assert.deepEqual(await readdir(folder), ["platform.lock.1"]);
  });
});
