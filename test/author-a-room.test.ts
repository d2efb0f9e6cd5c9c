// The author's guide: its code compiles, is as short as it says, and plays.
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { type AnyGameRoom, stepCheck } from "../rooms/kit/index.ts";
import { RoomBench } from "../rooms/kit/testing/index.ts";

const root = resolve(import.meta.dirname, "..");
const MAX_LINES = 80;
const FILES = ["shared/schema/dash/index.ts", "rooms/dash/dash-room.ts"] as const;

interface Intent {
  moveX: number;
  moveY: number;
  sprint: boolean;
}

/** What the guide's contract exports, as this test uses it. */
interface Contract {
  dash: { netcode: { self: Record<"x" | "y" | "stamina", object> }; tickHz: number };
  DashInput: new () => Intent;
  stepRunner: (runner: Record<string, number>, input: Intent, dt: number) => boolean;
}

/** The code block that follows a file's name in the guide. */
function codeOf(path: string): string {
  const guide = readFileSync(join(root, "docs/guides/author-a-room.md"), "utf8");
  const block = new RegExp(`^\`${path}\`\\n+\`\`\`ts\\n([\\s\\S]*?)^\`\`\``, "m").exec(guide)?.[1];
  assert.ok(block, `the guide has a block of code for ${path}`);
  return block;
}

/** A copy of the tree in which everything but the guide's files is the repository's own. */
function treeWithGuide(): string {
  const tree = mkdtempSync(join(tmpdir(), "author-a-room-"));
  for (const folder of ["shared/schema", "rooms"]) {
    mkdirSync(join(tree, folder), { recursive: true });
    for (const name of readdirSync(join(root, folder))) symlinkSync(join(root, folder, name), join(tree, folder, name));
  }
  symlinkSync(join(root, "shared/netcode"), join(tree, "shared/netcode"));
  symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
  for (const path of FILES) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), codeOf(path));
  }
  writeFileSync(join(tree, "package.json"), '{"type":"module"}');
  writeFileSync(
    join(tree, "tsconfig.json"),
    JSON.stringify({
      extends: join(root, "tsconfig.json"),
      compilerOptions: { types: ["node"] },
      files: FILES,
      include: [],
    }),
  );
  return tree;
}

let tree: string;
before(() => {
  tree = treeWithGuide();
});
after(() => rmSync(tree, { recursive: true }));

test(`a predicted room from nothing is under ${MAX_LINES} lines of code`, () => {
  const lines = FILES.flatMap((path) => codeOf(path).split("\n")).filter(
    (line) => line.trim() !== "" && !/^\s*(\/\/|\/\*\*)/.test(line),
  );
  assert.ok(lines.length < MAX_LINES, `${lines.length} lines`);
});

test("the guide's code compiles as strictly as the repository", async () => {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, "--noEmit", "-p", tree]).catch((error) => error);
  assert.equal(stdout, "");
});

test("the guide's code is formatted as the repository is", () => {
  for (const path of FILES) {
    const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
    const formatted = spawnSync(process.execPath, [biome, "format", `--stdin-file-path=${path}`], {
      cwd: root,
      input: codeOf(path),
    });
    assert.equal(String(formatted.stdout), codeOf(path));
  }
});

test("the guide's step survives rollback, and its room is played", async () => {
  const { dash, DashInput, stepRunner } = (await import(pathToFileURL(join(tree, FILES[0])).href)) as Contract;
  const { DashRoom } = (await import(pathToFileURL(join(tree, FILES[1])).href)) as { DashRoom: new () => AnyGameRoom };
  const divergence = stepCheck({
    step: stepRunner,
    fields: Object.keys(dash.netcode.self) as ("x" | "y" | "stamina")[],
    state: () => ({ x: 0, y: 0, stamina: 40 }),
    input: (tick) => ({ moveX: (tick % 3) - 1, moveY: ((tick >> 2) % 3) - 1, sprint: tick % 5 < 3 }),
    tickHz: dash.tickHz,
    ticks: 600,
    rollbackTicks: 8,
    onWire: (value) => Math.fround(value),
  });
  assert.equal(divergence, undefined);

  type State = { coinX: number; coinY: number; runners: Map<string, { x: number; y: number; coins: number }> };
  const bench = await RoomBench.open<AnyGameRoom, State>(DashRoom, dash.tickHz);
  const ann = await bench.join("Ann");
  const input = ann.room.input({ type: DashInput });
  for (let tick = 0; tick < 10 * dash.tickHz; tick++) {
    bench.advance(1, () => {
      const { coinX, coinY, runners } = ann.room.state;
      const self = runners.get(ann.sessionId) ?? assert.fail();
      const towards = (delta: number): number => (Math.abs(delta) < 0.2 ? 0 : Math.sign(delta));
      Object.assign(input.data, { moveX: towards(coinX - self.x), moveY: towards(coinY - self.y) });
      input.send();
    });
    bench.settle();
  }
  assert.ok((ann.room.state.runners.get(ann.sessionId)?.coins ?? 0) >= 3, "Ann collects coins");
  assert.deepEqual(bench.failures, []);
  await bench.close();
});
