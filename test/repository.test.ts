// The test of the repository itself: import rules, documentation that matches the code, and the habits of CONVENTIONS.md.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ERROR_CATALOGUE } from "../shared/schema/errors.ts";
import {
  clientErrorProblems,
  environmentProblems,
  errorProblems,
  metricProblems,
  type Page,
} from "./repository/documentation.ts";
import { keysOf, metricsDeclaredBy, variablesReadBy } from "./repository/documented.ts";
import { lengthProblems, MAX_LINES, nameProblems, sourceProblems } from "./repository/file-rules.ts";
import { importProblems, isTestFile } from "./repository/import-rules.ts";
import { anchorsOf, commandProblems, linkProblems } from "./repository/markdown.ts";
import { type Problem, parse } from "./repository/source.ts";
import { ASVS_SECTIONS, threatModelProblems } from "./repository/threat-model.ts";
import { isCode, readRepository } from "./repository/tree.ts";

const repository = readRepository();
const { sources, paths } = repository;
const markdownPaths = paths.filter((path) => path.endsWith(".md"));
const scripts = new Set(Object.keys(repository.packageJson.scripts));
const page = (path: string): Page => ({ path, text: repository.text(path) });
const productSources = sources.filter(({ path }) => !isTestFile(path));

describe("this repository", () => {
  test("keeps the import rules", () => {
    expectNone(importProblems(sources, repository.packageJson.packages));
  });

  test("documents every environment variable, and no others", () => {
    const read = sources.filter(({ path }) => !path.startsWith("test/repository")).map(variablesReadBy);
    expectNone(read.flatMap(({ problems }) => problems));
    expectNone(
      environmentProblems(
        page("docs/environment.md"),
        read.flatMap(({ variables }) => variables),
      ),
    );
  });

  test("documents every metric with its type and labels, and no others", () => {
    expectNone(metricProblems(page("docs/metrics.md"), productSources.flatMap(metricsDeclaredBy)));
  });

  test("documents every error code with its status, and no others", () => {
    const errors = page("docs/errors.md");
    const client = sources.find(({ path }) => path === "client/client-error.ts");
    assert.ok(client, "client/client-error.ts is not there");
    expectNone(errorProblems(errors, ERROR_CATALOGUE));
    expectNone(clientErrorProblems(errors, keysOf(client, "CLIENT_CATALOGUE")));
  });

  test("has a test that names each error code", () => {
    const tests = sources.filter(({ path }) => isTestFile(path) && !path.startsWith("test/repository"));
    const untested = Object.keys(ERROR_CATALOGUE).filter(
      (code) => !tests.some(({ text }) => text.includes(`"${code}"`)),
    );
    expectNone(
      untested.map((code) => ({ file: "shared/schema/errors.ts", line: 1, message: `no test names ${code}` })),
    );
  });

  test("has no default exports, endless imports or unfinished work without an issue, and says what each file is", () => {
    expectNone(sources.flatMap(sourceProblems));
  });

  test(`has kebab-case names and no file of more than ${MAX_LINES} lines`, () => {
    expectNone(paths.flatMap(nameProblems));
    expectNone(paths.filter(isCode).flatMap((path) => lengthProblems(path, repository.text(path))));
  });

  test("has no link in its pages that leads nowhere", () => {
    expectNone(markdownPaths.flatMap((path) => linkProblems(path, repository.text(path), repository)));
  });

  test("shows every row of the threat model of accounts by a test that is there, or admits the gap", () => {
    expectNone(threatModelProblems(page("docs/security/accounts.md"), sources, ASVS_SECTIONS));
  });

  test("names in its pages only commands that exist", () => {
    expectNone(markdownPaths.flatMap((path) => commandProblems(path, repository.text(path), scripts, repository)));
  });
});

describe("the check of imports", () => {
  const packages = new Set(["zod", "@colyseus/sdk", "@colyseus/core", "fast-check"]);
  const port = { "platform/ephemeral/store.ts": "export interface EphemeralStore {}" };
  const adapter = {
    "platform/ephemeral/redis.ts":
      'import type { EphemeralStore } from "./store.ts"; export class R implements EphemeralStore {}',
  };
  const check = (files: Record<string, string>): string[] =>
    importProblems(
      Object.entries(files).map(([path, text]) => parse(path, text)),
      packages,
    ).map(({ file, line, message }) => `${file}:${line} ${message}`);

  for (const [rule, path, code] of [
    ["shared imports nothing of ours", "shared/netcode/clock.ts", 'import { x } from "../schema/errors.ts";'],
    ["shared/netcode imports no package", "shared/netcode/clock.ts", 'import { z } from "zod";'],
    [
      "shared/schema imports only its two packages",
      "shared/schema/errors.ts",
      'import { Room } from "@colyseus/core";',
    ],
    ["shared/schema does not import Node", "shared/schema/errors.ts", 'import { join } from "node:path";'],
    ["one game's schema does not import another's", "shared/schema/arena/step.ts", 'export * from "../hunt/step.ts";'],
    ["a game does not import another game", "rooms/arena/rules.ts", 'import { r } from "../hunt/rules.ts";'],
    ["a game does not import the server", "rooms/arena/rules.ts", 'import { c } from "../../server/config.ts";'],
    ["a game does not import the platform", "rooms/arena/rules.ts", 'type X = import("../../platform/app.ts").X;'],
    ["a game enters the kit by its index", "rooms/arena/rules.ts", 'import { s } from "../kit/random.ts";'],
    ["a game's product code does not use the bench", "rooms/arena/rules.ts", 'import "../kit/testing/index.ts";'],
    ["the kit does not import a game", "rooms/kit/game-room.ts", 'import { ArenaRoom } from "../arena/arena-room.ts";'],
    ["the server does not import the platform", "server/main.ts", 'export { app } from "../platform/app.ts";'],
    ["the server does not name a game", "server/main.ts", 'import { A } from "../rooms/arena/arena-room.ts";'],
    ["what browsers load does not lead to Node", "client/index.ts", 'export * from "./node/index.ts";'],
    ["the server is not a player", "server/main.ts", 'import { Client } from "@colyseus/sdk";'],
    ["the platform does not import rooms", "platform/app.ts", 'const r = await import("../rooms/index.ts");'],
    ["the platform does not import shared/netcode", "platform/app.ts", 'import "../shared/netcode/index.ts";'],
    ["routes do not reach past their service", "platform/accounts/routes.ts", 'import { s } from "./store.ts";'],
    ["a service does not import its routes", "platform/accounts/service.ts", 'import { r } from "./routes.ts";'],
    ["a service does not read tables", "platform/accounts/service.ts", 'import { t } from "./schema.ts";'],
    ["a module calls no other's store", "platform/tokens/service.ts", 'import { s } from "../accounts/store.ts";'],
    ["a store calls no service", "platform/accounts/store.ts", 'import { s } from "../tokens/service.ts";'],
    ["the client does not import rooms", "client/connect.ts", 'import { ROOM_CLOSE } from "../rooms/kit/index.ts";'],
    ["the client does not import Node", "client/connect.ts", 'import { readFile } from "node:fs/promises";'],
    ["web enters the client by its index", "web/main.ts", 'import { c } from "../client/connect.ts";'],
    ["web does not import the server", "web/main.ts", 'import { c } from "../server/config.ts";'],
    ["the bench does not import the server", "bench/main.ts", 'import { c } from "../server/config.ts";'],
    ["product code does not import tests", "server/main.ts", 'import { t } from "./testing/test-game-server.ts";'],
    ["a worker is an import too", "server/main.ts", 'new URL("../platform/main.ts", import.meta.url);'],
    ["packages are declared", "server/main.ts", 'import left from "left-pad";'],
    ["every folder has a rule", "tools/report.ts", ""],
  ] as const) {
    test(`finds a breach of: ${rule}`, () => assert.equal(check({ [path]: code }).length, 1));
  }

  test("finds an adapter that is chosen anywhere but in a composition root", () => {
    const use = 'import { R } from "../ephemeral/redis.ts";';
    assert.match(check({ ...port, ...adapter, "platform/servers/service.ts": use }).join(), /the adapter platform/);
    const root = 'import { R } from "./ephemeral/redis.ts";';
    assert.deepEqual(check({ ...port, ...adapter, "platform/main.ts": root }), []);
  });

  test("leaves alone what the rules allow", () => {
    assert.deepEqual(
      check({
        "shared/schema/errors.ts": 'import { z } from "zod";',
        "rooms/arena/arena-room.ts":
          'import { GameRoom } from "../kit/index.ts"; import "../../shared/schema/arena/index.ts";',
        "rooms/arena/arena-room.test.ts": 'import "../kit/testing/index.ts"; import fc from "fast-check";',
        "server/seats.test.ts": 'import { Client } from "@colyseus/sdk";',
        "platform/tokens/routes.ts": 'import "./service.ts"; import "../accounts/service.ts";',
        "platform/accounts/service.ts": 'import "./store.ts"; import "../tokens/service.ts";',
      }),
      [],
    );
  });
});

describe("the check of documentation", () => {
  const variables = "| Variable | Default | Bounds | What it does |\n|---|---|---|---|\n";
  const metrics = "| Metric | Type | Unit | Labels | What it says |\n|---|---|---|---|---|\n";
  const errors = "| Code | Status | When | What to do |\n|---|---|---|---|\n";
  const messages = (problems: readonly Problem[]): string[] => problems.map(({ message }) => message);

  test("finds variables in a config.ts, in process.env, and read in a way it cannot follow", () => {
    const config = parse("server/config.ts", 'z.object({ GAME_PORT: port(2567), "LOG_LEVEL": z.string() })');
    assert.deepEqual(
      variablesReadBy(config).variables.map(({ name }) => name),
      ["GAME_PORT", "LOG_LEVEL"],
    );
    const reader = parse(
      "a.ts",
      'f(process.env.ONE, process.env["TWO"], { ...process.env }, parseConfig(process.env));',
    );
    assert.deepEqual(
      variablesReadBy(reader).variables.map(({ name }) => name),
      ["ONE", "TWO"],
    );
    assert.equal(variablesReadBy(reader).problems.length, 0);
    assert.equal(variablesReadBy(parse("a.ts", "const { THREE } = process.env;")).problems.length, 1);
    assert.equal(variablesReadBy(parse("a.ts", "process.env[name];")).problems.length, 1);
  });

  test("finds a variable without a row, a row without a variable, and a default that is not the code's", () => {
    const read = [{ name: "GAME_PORT", declaration: "port(2567)" }];
    const found = (rows: string): string[] =>
      messages(environmentProblems({ path: "e.md", text: variables + rows }, read));
    assert.deepEqual(found("| `GAME_PORT` | `2567` | 0 to 65535 | the port |\n"), []);
    assert.match(found("").join(), /no row for GAME_PORT/);
    assert.match(found("| `GAME_PORT` | `256` | 0 to 65535 | the port |\n").join(), /256 by default/);
    assert.match(found("| `GAME_PORT` | `2567` | port | x |\n| `OLD` | none | text | x |\n").join(), /a row for OLD/);
    assert.match(found("| `GAME_PORT` | `2567` |  | x |\n").join(), /leaves "Bounds" empty/);
  });

  test("finds a metric without a row, a row without a metric, and a wrong type or label", () => {
    const declared = metricsDeclaredBy(
      parse("m.ts", 'new Counter({ name: "a_total", help: "", labelNames: ["mode"] })'),
    );
    assert.deepEqual(declared, [{ name: "a_total", type: "counter", labels: ["mode"] }]);
    const found = (rows: string): string[] =>
      messages(metricProblems({ path: "m.md", text: metrics + rows }, declared));
    assert.deepEqual(found("| `a_total` | counter | events | `mode` | x |\n"), []);
    assert.match(found("").join(), /no row for a_total/);
    assert.match(found("| `a_total` | gauge | events | `mode` | x |\n").join(), /it is a counter/);
    assert.match(found("| `a_total` | counter | events | `room` | x |\n").join(), /the labels "room"/);
    assert.match(
      found("| `a_total` | counter | events | `mode` | x |\n| `b` | gauge | s | | x |\n").join(),
      /row for b/,
    );
  });

  test("finds an error code without a row, a row without a code, and a wrong status", () => {
    const found = (rows: string): string[] =>
      messages(errorProblems({ path: "e.md", text: errors + rows }, { "room.full": { status: 409 } }));
    assert.deepEqual(found("| `room.full` | 409 | x | y |\n"), []);
    assert.match(found("").join(), /no row for room.full/);
    assert.match(found("| `room.full` | 410 | x | y |\n").join(), /it is 409/);
    assert.match(found("| `room.full` | 409 | x | y |\n".repeat(2)).join(), /a second row for room.full/);
    assert.match(found("| `room.full` | 409 | x | y |\n| `room.odd` | 400 | x | y |\n").join(), /a row for room.odd/);
    const client = messages(clientErrorProblems({ path: "e.md", text: "" }, ["client.timeout"]));
    assert.deepEqual(client, ["has no row for client.timeout"]);
  });

  test("reads the keys of a catalogue, and of nothing inside it", () => {
    const source = parse("c.ts", 'const C = { "a.b": { title: "x" }, c: { status: 1 } } as const;');
    assert.deepEqual(keysOf(source, "C"), ["a.b", "c"]);
  });
});

describe("the check of the threat model", () => {
  const head = "| ASVS | What is done | Shown by |\n|---|---|---|\n";
  const tests = parse("platform/a.test.ts", 'describe("a", () => { it("works", f); it(`has parts`, f); f("no"); });');
  const found = (rows: string, sections = { "6.1": 1 }): string =>
    threatModelProblems({ path: "docs/security/t.md", text: head + rows }, [tests], sections)
      .map(({ message }) => message)
      .join();
  const named = (title: string) => `| 6.1.1 | x | [a](../../platform/a.test.ts) ${title} |\n`;

  test("takes tests that are there, gaps, and pages where documentation is asked for", () => {
    for (const row of [
      named("*works*, *has parts*"),
      "| 6.1.1 | x | **Gap:** y |\n",
      "| 6.1.1 | x | [a](../b.md#c) |\n",
    ]) {
      assert.equal(found(row), "");
    }
  });

  test("finds titles and files that are not there, rows that show nothing, and requirements without a row", () => {
    assert.match(found(named("*works not*")), /names "works not", no test of platform\/a\.test\.ts/);
    assert.match(found(named("")), /no test in it/);
    assert.match(
      found("| 6.1.1 | x | [b](../../platform/b.test.ts) *works* |\n"),
      /platform\/b\.test\.ts, which is not there/,
    );
    assert.match(found("| 6.1.1 | x | surely |\n"), /shows nothing/);
    assert.match(found("| 6.2.1 | x | [a](../b.md) |\n", { "6.2": 1 } as never), /shows nothing/);
    assert.match(found(""), /no row for the requirement 6\.1\.1/);
    assert.match(found(named("*works*").repeat(2)), /a second row for 6\.1\.1/);
    assert.match(found(`${named("*works*")}| 6.9.9 | x | **Gap:** y |\n`), /no requirement of these chapters/);
  });
});

describe("the check of files and pages", () => {
  const tree = {
    exists: (path: string) => ["docs/a.md", "README.md", "start.ts"].includes(path),
    markdown: (path: string) => (path === "docs/a.md" ? "# One `two`!\n\n## Same\n\n## Same\n" : undefined),
  };

  test("finds default exports, imports without an ending, unfinished work and a file that says nothing of itself", () => {
    const found = (code: string): number => sourceProblems(parse("a.ts", code)).length;
    assert.equal(found('// What it is.\nimport "./b.ts"; import "zod"; // TODO of #12\n'), 0);
    assert.equal(found("// What it is.\nexport default 1;\n"), 1);
    assert.equal(found('// What it is.\nimport "./b";\n'), 1);
    assert.equal(found("// What it is.\n/* TODO later */\n"), 1);
    assert.equal(found("export const a = 1;\n"), 1);
  });

  test("finds names that are not kebab-case, and files that are too long", () => {
    assert.equal(nameProblems("rooms/arena/arenaRoom.ts").length, 1);
    assert.equal(nameProblems("rooms/arena/arena_room.ts").length, 1);
    assert.equal(nameProblems("rooms/arena/arena-room.test.ts").length, 0);
    assert.equal(lengthProblems("a.ts", "x\n".repeat(MAX_LINES)).length, 0);
    assert.equal(lengthProblems("a.ts", "x\n".repeat(MAX_LINES + 1)).length, 1);
  });

  test("finds links to files and headings that are not there", () => {
    const found = (text: string): number => linkProblems("README.md", text, tree).length;
    assert.deepEqual([...anchorsOf(tree.markdown("docs/a.md") ?? "")], ["one-two", "same", "same-1"]);
    assert.equal(found("[a](docs/a.md#same-1) [b](https://example.com/x) `[c](none.md)`\n```\n[d](none.md)\n```\n"), 0);
    assert.equal(found("[a](docs/b.md)"), 1);
    assert.equal(found("![a](docs/b.png)"), 1);
    assert.equal(found("[a](docs/a.md#three)"), 1);
    assert.equal(found("[a]: docs/b.md"), 1);
    assert.equal(found("[a](/docs/a.md)"), 1);
  });

  test("finds commands whose script or file is not there", () => {
    const found = (command: string): number =>
      commandProblems("README.md", `\`\`\`sh\n${command}\n\`\`\`\n`, new Set(["start"]), tree).length;
    assert.equal(found("npm ci && npm start && PORT=1 node start.ts up"), 0);
    assert.equal(found("npm test"), 1);
    assert.equal(found("A=1 npm run deploy"), 1);
    assert.equal(found("npm ci && node stop.ts"), 1);
  });
});

function expectNone(problems: readonly Problem[]): void {
  const lines = problems.map(({ file, line, message }) => `  ${file}:${line} ${message}`);
  assert.equal(lines.length, 0, `${lines.length} problem(s):\n${lines.join("\n")}`);
}
