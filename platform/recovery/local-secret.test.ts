import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { localSecret } from "./local-secret.ts";

describe("the secret of a machine", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "gamekeeper-secret-"));
  });
  after(async () => rm(folder, { recursive: true, force: true }));

  it("is made once, for all who ask at one time, and stays", async () => {
    const inside = join(folder, "new");
    const all = await Promise.all(Array.from({ length: 8 }, () => localSecret(inside, "codes.key")));
    assert.equal(new Set(all).size, 1);
    assert.match(all[0]!, /^[0-9a-f]{64}$/);
    assert.equal(await localSecret(inside, "codes.key"), all[0]);
    assert.deepEqual(await readdir(inside), ["codes.key"]);
    assert.equal((await stat(join(inside, "codes.key"))).mode & 0o777, 0o600);
    assert.notEqual(await localSecret(inside, "other.key"), all[0]);
  });

  it("is not replaced when the file is spoiled", async () => {
    await writeFile(join(folder, "spoiled.key"), "");
    await assert.rejects(localSecret(folder, "spoiled.key"), /Restore it/);
  });
});
