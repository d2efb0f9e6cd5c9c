import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const PROCESS = fileURLToPath(new URL("testing/hundred-peers.ts", import.meta.url));
const TIMEOUT_MS = 60_000;

/** Rejects when the process ends by a signal, with another code than 0, or not at all. */
async function run(ending: string): Promise<string[]> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [PROCESS, ending], { timeout: TIMEOUT_MS });
  assert.equal(stderr, "");
  return stdout.trim().split("\n");
}

test("a process that had a hundred open channels closes them and ends by itself, without a crash", async () => {
  assert.deepEqual(await run("close"), ["open 100", "left 0"]);
});

test("a process that exits with a hundred open channels does not crash either", async () => {
  assert.deepEqual(await run("exit"), ["open 100"]);
});
