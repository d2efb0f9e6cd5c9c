// The migration command, as an operator types it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { FolderLock } from "./folder-lock.ts";
import { readMigrations } from "./migrations.ts";

const COMMAND = fileURLToPath(new URL("./migrate.ts", import.meta.url));

describe("migrate command", () => {
  let dataDir: string;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "gamekeeper-migrate-"));
  });
  after(async () => rm(dataDir, { recursive: true, force: true }));

  const run = (...args: string[]) =>
    new Promise<{ code: number; output: string; complaint: string }>((resolve) => {
      const env = { PATH: process.env["PATH"], DATA_DIR: dataDir };
      const child = execFile(process.execPath, [COMMAND, ...args], { env }, (_error, output, complaint) => {
        resolve({ code: child.exitCode ?? -1, output, complaint });
      });
    });

  it("applies, shows and takes back, and says what it did", async () => {
    const names = (await readMigrations()).map(({ name }) => name);
    const lines = (word: string, list: readonly string[]) => list.map((name) => `${word} ${name}\n`).join("");
    assert.deepEqual(await run("up"), { code: 0, output: lines("applied", names), complaint: "" });
    assert.deepEqual(await run("up"), { code: 0, output: "nothing to do\n", complaint: "" });
    assert.equal((await run("down")).output, lines("taken back", names.slice(-1)));
    const status = lines("applied", names.slice(0, -1)) + lines("missing", names.slice(-1));
    assert.equal((await run("status")).output, status);
  });

  it("explains itself, and refuses a folder that a running platform holds", async () => {
    for (const args of [[], ["sideways"], ["down", "all"]]) {
      const { code, complaint } = await run(...args);
      assert.equal(code, 2);
      assert.match(complaint, /^Usage: node platform\/db\/migrate.ts up \| down/);
    }
    const lock = await FolderLock.take(dataDir);
    const { code, complaint } = await run("up");
    await lock.release();
    assert.equal(code, 1);
    assert.match(complaint, new RegExp(`in use by process ${process.pid}`));
  });
});
