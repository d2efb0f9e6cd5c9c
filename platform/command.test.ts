// The platform's command, as an operator types it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { startTestPlatform } from "./testing/test-platform.ts";

const COMMAND = fileURLToPath(new URL("./command.ts", import.meta.url));

describe("create-operator-key", () => {
  let dataDir: string;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "gamekeeper-command-"));
  });
  after(async () => rm(dataDir, { recursive: true, force: true }));

  const run = (...args: string[]) =>
    new Promise<{ code: number; output: string; complaint: string }>((resolve) => {
      const env = { PATH: process.env["PATH"], DATA_DIR: dataDir };
      const child = execFile(process.execPath, [COMMAND, ...args], { env }, (_error, output, complaint) => {
        resolve({ code: child.exitCode ?? -1, output, complaint });
      });
    });

  it("makes a key that the platform takes, and writes it once, alone, to standard output", async () => {
    const { code, output, complaint } = await run("create-operator-key", "--name", "first", "--scope", "audit:read");
    assert.equal(code, 0, complaint);
    assert.match(output, /^gk_operator_[0-9a-f]{32}_[A-Za-z0-9_-]{43}\n$/);
    assert.match(complaint, /^made operator key [0-9a-f-]{36} of demo\/dev; its secret is not shown again\n$/);
    const platform = await startTestPlatform({ DATA_DIR: dataDir });
    try {
      const token = output.trim();
      const audit = await platform.send("GET", "/v1/audit", { token });
      assert.deepEqual(
        audit.body.entries.map((entry: { action: string; actor: object }) => [entry.action, entry.actor]),
        [["api_key.created", { kind: "system", id: "command" }]],
      );
      assert.equal((await platform.send("GET", "/v1/api-keys", { token })).body.code, "auth.forbidden");
      const { complaint: locked, code: failed } = await run("create-operator-key");
      assert.equal(failed, 1);
      assert.match(locked, /in use by process \d+/);
    } finally {
      await platform.close();
    }
  });

  it("explains itself, and names an environment that is not there", async () => {
    const wrong = [
      [],
      ["make-coffee"],
      ["create-operator-key", "--scope", "all"],
      ["create-operator-key", "--reach", "x"],
    ];
    for (const args of [...wrong, ["create-operator-key", "--nonsense"]]) {
      const { code, output, complaint } = await run(...args);
      assert.equal(code, 2);
      assert.equal(output, "");
      assert.match(complaint, /^Usage: node platform\/command.ts create-operator-key/);
    }
    const { code, complaint } = await run("create-operator-key", "--environment", "demo/none");
    assert.equal(code, 1);
    assert.match(complaint, /no such environment/);
  });
});
