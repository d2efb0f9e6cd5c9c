// The platform as a process: its folder, its restarts, its deaths and its end.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, afterEach, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { LogSink } from "./testing/log-sink.ts";
import { sendJson, testEnvironment } from "./testing/test-platform.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const SERVER_KEY = randomBytes(24).toString("hex");
/** A database that nobody serves: such a platform listens within moments, which is all that some tests need. */
const NO_DATABASE = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" };
const running = new Set<ChildProcess>();

interface Running {
  readonly child: ChildProcess;
  readonly log: LogSink;
  readonly url: string;
  readonly opsUrl: string;
}

function launch(env: NodeJS.ProcessEnv, flags: readonly string[] = []): ChildProcess {
  const child = spawn(process.execPath, [...flags, MAIN], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Starts a platform and waits until it can answer: on its database, or without one. */
async function start(dataDir: string, env: NodeJS.ProcessEnv = {}): Promise<Running> {
  const child = launch({ ...testEnvironment(dataDir, SERVER_KEY), ...env });
  const log = new LogSink().follow(child.stdout!);
  const listening = await log.waitFor("platform.listening");
  await log.waitFor(env["DATABASE_URL"] === undefined ? "database.ready" : "database.unavailable");
  return {
    child,
    log,
    url: `http://127.0.0.1:${listening["port"]}`,
    opsUrl: `http://127.0.0.1:${listening["opsPort"]}`,
  };
}

async function exitOf(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return { code: child.exitCode, signal: child.signalCode };
}

async function playerOf(url: string): Promise<{ playerId: string; accessToken: string }> {
  const answer = await sendJson("POST", `${url}/v1/auth/guest`, { body: { deviceId: "device-of-process-test" } });
  assert.equal(answer.status, 200);
  return answer.body;
}

/** Ends whatever a test left running. */
async function endAll(): Promise<void> {
  for (const child of running) {
    child.kill("SIGKILL");
    await exitOf(child);
  }
}

describe("platform process", () => {
  let dataDir: string;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "gamekeeper-process-"));
  });
  afterEach(endAll);
  after(async () => rm(dataDir, { recursive: true, force: true }));

  it("keeps players and tokens over a clean restart, and ends with 0 on SIGTERM", async () => {
    const first = await start(dataDir);
    const before = await playerOf(first.url);
    first.child.kill("SIGTERM");
    assert.deepEqual(await exitOf(first.child), { code: 0, signal: null });
    await first.log.waitFor("platform.stopped");
    assert.deepEqual((await readdir(dataDir)).sort(), ["factors.key", "postgres"], "no lock and no socket is left");

    const second = await start(dataDir);
    assert.equal((await playerOf(second.url)).playerId, before.playerId);
    const join = { token: before.accessToken, body: { mode: "arena" } };
    assert.equal((await sendJson("POST", `${second.url}/v1/matchmaking/join`, join)).status, 200);
    second.child.kill("SIGINT");
    assert.deepEqual(await exitOf(second.child), { code: 0, signal: null });
  });

  it("lets one process at a time have a data folder, and tells the other which has it", async () => {
    const first = await start(dataDir);
    const second = launch(testEnvironment(dataDir, SERVER_KEY));
    const complaint = text(second.stderr!);
    assert.deepEqual(await exitOf(second), { code: 1, signal: null });
    assert.match(
      await complaint,
      new RegExp(`in use by process ${first.child.pid}\\. Stop that process, or set DATA_DIR`),
    );
    await playerOf(first.url);
  });

  it("starts again after kill -9, with every player it had acknowledged", async () => {
    const first = await start(dataDir);
    const before = await playerOf(first.url);
    const body = { deviceId: "device-just-before-death" };
    const last = await sendJson("POST", `${first.url}/v1/auth/guest`, { body });
    first.child.kill("SIGKILL");
    assert.equal((await exitOf(first.child)).signal, "SIGKILL");

    const second = await start(dataDir);
    assert.equal((await playerOf(second.url)).playerId, before.playerId);
    const again = await sendJson("POST", `${second.url}/v1/auth/guest`, { body });
    assert.equal(again.body.playerId, last.body.playerId);
  });

  it("finishes a request under way before it ends, and takes no new ones", async () => {
    const { child, log, url } = await start(dataDir);
    const port = Number(new URL(url).port);
    const body = JSON.stringify({ deviceId: "device-of-slow-request" });
    const slow = connect(port, "127.0.0.1");
    slow.write(
      `POST /v1/auth/guest HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    slow.write(body.slice(0, 10));
    await playerOf(url);
    child.kill("SIGTERM");
    await log.waitFor("platform.stopping");
    slow.write(body.slice(10));
    const sentAt = performance.now();
    const answer = await text(slow);
    assert.match(answer, /^HTTP\/1.1 200 /);
    assert.ok(performance.now() - sentAt < 3_000, "the connection is not kept for the whole drain time of 5 s");
    assert.deepEqual(await exitOf(child), { code: 0, signal: null });
    await assert.rejects(fetch(url), TypeError);
  });

  it("finds its database under node --watch, which talks through the database's worker too", async () => {
    const child = launch(testEnvironment(dataDir, SERVER_KEY), ["--watch"]);
    const log = new LogSink().follow(child.stdout!);
    await log.waitFor("database.ready");
    child.kill("SIGTERM");
    await log.waitFor("platform.stopped");
    await exitOf(child);
  });

  it("ends when the supervisor that started it is gone", async () => {
    const { child, log } = await start(dataDir);
    child.disconnect();
    await log.waitFor("platform.stopped");
    assert.deepEqual(await exitOf(child), { code: 0, signal: null });
  });

  it("leaves the folder free when it cannot listen, and says which port is taken", async () => {
    const { url } = await start(dataDir, NO_DATABASE);
    const second = launch({ ...testEnvironment(dataDir, SERVER_KEY), PLATFORM_PORT: new URL(url).port });
    const complaint = text(second.stderr!);
    assert.deepEqual(await exitOf(second), { code: 1, signal: null });
    assert.match(await complaint, /EADDRINUSE.*127\.0\.0\.1/);
    assert.ok(!(await readdir(dataDir)).some((name) => name.startsWith("platform.lock")));
  });
});

describe("platform process without its database", () => {
  const dataDir = join(tmpdir(), "gamekeeper-never-made");
  afterEach(endAll);

  it("listens, says what is away, and ends when told to", async () => {
    const { child, url, opsUrl } = await start(dataDir, NO_DATABASE);
    const ready = await sendJson("GET", `${opsUrl}/readyz`);
    assert.equal(ready.status, 503);
    assert.equal(ready.body.checks.database.ok, false);
    assert.match(ready.body.checks.database.detail, /ECONNREFUSED/);
    const answer = await sendJson("POST", `${url}/v1/auth/guest`, { body: { deviceId: "device-too-early" } });
    assert.equal(answer.status, 503);
    assert.equal(answer.body.code, "service.unavailable");
    assert.equal(answer.headers.get("Retry-After"), "1");
    child.kill("SIGTERM");
    assert.deepEqual(await exitOf(child), { code: 0, signal: null });
  });

  it("skips the wait at the second signal", async () => {
    const { child, log, url } = await start(dataDir, { ...NO_DATABASE, DRAIN_SECONDS: "600" });
    const stuck = connect(Number(new URL(url).port), "127.0.0.1");
    stuck.on("error", () => stuck.destroy());
    stuck.write(
      "POST /v1/auth/guest HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    );
    assert.equal((await sendJson("GET", `${url}/openapi.json`)).status, 200);
    child.kill("SIGTERM");
    await log.waitFor("platform.stopping");
    child.kill("SIGTERM");
    assert.deepEqual(await exitOf(child), { code: 1, signal: null });
  });

  it("does not start with a wrong environment, and names every mistake", async () => {
    const child = launch({ PLATFORM_PORT: "eight", SERVER_KEY: "short" });
    const complaint = text(child.stderr!);
    assert.deepEqual(await exitOf(child), { code: 1, signal: null });
    assert.match(await complaint, /2 mistakes:\n {2}PLATFORM_PORT must .*\n {2}SERVER_KEY must /);
  });
});
