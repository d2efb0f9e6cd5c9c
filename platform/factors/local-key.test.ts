// The key of one machine is made once, and never replaced by another.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { LOCAL_KEY_FILE, localFactorsKey } from "./local-key.ts";

describe("localFactorsKey", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "gamekeeper-key-"));
  });
  after(async () => rm(folder, { recursive: true, force: true }));

  it("is made once, also by starts at the same time, and only its owner may read it", async () => {
    const dataDir = join(folder, "not", "yet", "there");
    const first = await localFactorsKey(dataDir);
    const again = await Promise.all([localFactorsKey(dataDir), localFactorsKey(dataDir)]);
    assert.deepEqual(again, [first, first]);
    assert.equal(first.length, 32);
    assert.equal((await stat(join(dataDir, LOCAL_KEY_FILE))).mode & 0o777, 0o600);
    assert.notDeepEqual(await localFactorsKey(join(folder, "another")), first);
  });

  it("is not replaced when the file holds something else", async () => {
    await writeFile(join(folder, LOCAL_KEY_FILE), "cut off");
    await assert.rejects(localFactorsKey(folder), /is not a key/);
    assert.equal(await readFile(join(folder, LOCAL_KEY_FILE), "utf8"), "cut off");
  });
});
