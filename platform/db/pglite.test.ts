// PGlite in its worker keeps the contract of the database, and its folder.
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { after, describe, it } from "node:test";
import type { Worker } from "node:worker_threads";
import { sql } from "drizzle-orm";
import { createLog } from "../ops/log.ts";
import { LogSink } from "../testing/log-sink.ts";
import { databaseContract } from "./database.contract.ts";
import { FolderLockedError } from "./folder-lock.ts";
import { openPglite, openPgliteEngine } from "./pglite.ts";

const folders: string[] = [];

async function newFolder(prefix = "gamekeeper-pglite-"): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  folders.push(folder);
  return folder;
}

after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

databaseContract("PGlite", async () => openPgliteEngine(await newFolder(), createLog("silent")));

describe("PGlite", () => {
  it("does not stall the loop of the process while it starts for the first time", async () => {
    const folder = await newFolder();
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const database = await openPglite(folder, createLog("silent"));
    await database.whenReady();
    delay.disable();
    await database.close();
    assert.ok(delay.max / 1e6 < 1_000, `the loop stalled for ${Math.round(delay.max / 1e6)} ms`);
  });

  it("refuses a folder that is open, says which process has it, and gives it back on closing", async () => {
    const folder = await newFolder();
    const database = await openPglite(folder, createLog("silent"));
    await assert.rejects(openPglite(folder, createLog("silent")), (error) => {
      assert.ok(error instanceof FolderLockedError);
      assert.equal(error.pid, process.pid);
      return true;
    });
    await database.close();
    assert.deepEqual((await readdir(folder)).sort(), ["postgres"], "closing leaves only the data");
    const again = await openPglite(folder, createLog("silent"));
    await again.whenReady();
    await again.check();
    await again.close();
  });

  it("starts another worker when the first one dies, and has lost nothing", async () => {
    const workers: Worker[] = [];
    const onWorker = (worker: Worker) => workers.push(worker);
    process.on("worker", onWorker);
    const sink = new LogSink();
    const database = await openPglite(await newFolder(), createLog("info", [], sink));
    await database.whenReady();
    await database.query((db) => db.execute(sql`insert into project (id) values ('survivor')`));
    await workers[0]?.terminate();
    await sink.waitFor("database.ready", sink.lines.length);
    const rows = await database.query((db) => db.execute(sql`select id from project where id <> 'demo'`));
    assert.deepEqual([...rows], [{ id: "survivor" }]);
    await database.close();
    process.off("worker", onWorker);
    assert.equal(workers.length, 2);
  });

  it("works in a folder whose path is too long for a socket", async () => {
    const folder = join(await newFolder(), "a".repeat(60), "b".repeat(60));
    const database = await openPglite(folder, createLog("silent"));
    await database.whenReady();
    await database.check();
    await database.close();
  });
});
