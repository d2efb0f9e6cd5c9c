// `npm start`: the platform and a game server on this machine, with embedded defaults. Ctrl-C ends both.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import pretty from "pino-pretty";
import { MATCH_PROCESS_FLAGS } from "./server/node-flags.ts";

const HELP = `Usage: npm start             play: platform, game server and web client on this machine
       npm run dev           the same, restarting on save

Settings are environment variables: see docs/environment.md. The usual ones:
  PLATFORM_PORT=8000 GAME_PORT=2567 DATA_DIR=.data DATABASE_URL=… REDIS_URL=…`;

/** A process that dies is started again, but not if it keeps dying: this many times within the window. */
const MAX_RESTARTS = 5;
const RESTART_WINDOW_MS = 30_000;
const READY_TIMEOUT_MS = 60_000;
/** npm and the terminal both pass Ctrl-C on: what comes this soon after is the same key press. */
const SAME_SIGNAL_MS = 500;
const WEB_SOURCES = ["web", "client", "shared"];

const { values: flags } = parseArgs({
  options: { watch: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
});
if (flags.help) {
  console.log(HELP);
  process.exit(0);
}

const platformPort = process.env.PLATFORM_PORT || "8000";
const gamePort = process.env.GAME_PORT || "2567";
const opsPort = process.env.PLATFORM_OPS_PORT || "8001";
const environment = {
  ...process.env,
  PLATFORM_PORT: platformPort,
  GAME_PORT: gamePort,
  PLATFORM_OPS_PORT: opsPort,
  PLATFORM_URL: process.env.PLATFORM_URL || `http://127.0.0.1:${platformPort}`,
  SERVER_KEY: process.env.SERVER_KEY || randomBytes(32).toString("hex"),
  DRAIN_SECONDS: process.env.DRAIN_SECONDS || "2",
  // Node watches what a process has loaded itself, so that rooms are reloaded only where nobody stands between.
  GAME_PROCESSES: flags.watch ? "1" : process.env.GAME_PROCESSES,
};
const logs = pretty({
  translateTime: "SYS:HH:MM:ss",
  ignore: "pid,hostname,process,event",
  messageFormat: "{process} {event}",
  singleLine: true,
});
const children = new Map<string, ChildProcess>();
let isStopping = false;
let stoppingSince = 0;

process.on("SIGINT", stop);
process.on("SIGTERM", stop);

// The embedded database is most of its memory; a smaller young generation keeps the rest small.
run("platform", ["--max-semi-space-size=16", "platform/main.ts"]);
run("game-server", [...MATCH_PROCESS_FLAGS, "server/main.ts"]);
await buildWeb();
await untilReady();

/** Starts one of our processes and keeps it running. */
function run(name: string, args: string[], died: number[] = []): void {
  const watch = flags.watch ? ["--watch", "--watch-preserve-output"] : [];
  // In a group of its own: Ctrl-C is ours to pass on. The channel tells it when this process is gone.
  const child = spawn(process.execPath, [...watch, ...args], {
    env: environment,
    detached: true,
    stdio: flags.watch ? ["ignore", "pipe", "inherit"] : ["ignore", "pipe", "inherit", "ipc"],
  });
  children.set(name, child);
  child.stdout?.pipe(logs, { end: false });
  child.once("exit", (code, signal) => {
    children.delete(name);
    if (isStopping) return;
    const recent = [...died.filter((at) => at > Date.now() - RESTART_WINDOW_MS), Date.now()];
    if (recent.length > MAX_RESTARTS || (code === 1 && recent.length > 1)) {
      console.error(`\n${name} does not stay up (exit ${code ?? signal}); the reason is above.`);
      stop();
      process.exitCode = 1;
      return;
    }
    console.error(`${name} ended (exit ${code ?? signal}); starting it again.`);
    setTimeout(() => isStopping || run(name, args, recent), 500 * recent.length);
  });
}

/** Builds the web client when there is none, or when its sources are newer. */
async function buildWeb(): Promise<void> {
  const built = modifiedAt(join("web", "dist", "index.html"));
  if (!flags.watch && built > Math.max(...WEB_SOURCES.map(newestIn), modifiedAt("package-lock.json"))) return;
  console.log("Building the web client …");
  const args = [
    "node_modules/vite/bin/vite.js",
    "build",
    "web",
    "--logLevel",
    "warn",
    ...(flags.watch ? ["--watch"] : []),
  ];
  const builder = spawn(process.execPath, args, { stdio: "inherit", detached: true });
  children.set("web", builder);
  if (flags.watch) return;
  const code = await new Promise((resolve) => builder.once("exit", resolve));
  children.delete("web");
  if (code !== 0 && !isStopping)
    console.error("The web client was not built; the servers run without it. Try `npm run build:web`.");
}

async function untilReady(): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  let last = "no answer yet";
  while (!isStopping && Date.now() < deadline) {
    try {
      const answer = await fetch(`http://127.0.0.1:${opsPort}/readyz`, { signal: AbortSignal.timeout(1_000) });
      last = await answer.text();
      if (answer.ok) return announce();
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await pause(200);
  }
  if (!isStopping)
    console.error(
      `Not ready after ${READY_TIMEOUT_MS / 1000} s: ${last}\nSee the lines above; http://127.0.0.1:${opsPort}/readyz says more.`,
    );
}

function announce(): void {
  console.log(`
  Gamekeeper is running.

    Play          http://localhost:${platformPort}
    API           http://localhost:${platformPort}/docs
    Game server   ws://localhost:${gamePort}
    Health        http://localhost:${opsPort}/readyz

  Ctrl-C ends it.
`);
}

function stop(): void {
  if (isStopping && Date.now() - stoppingSince < SAME_SIGNAL_MS) return;
  if (!isStopping) stoppingSince = Date.now();
  isStopping = true;
  for (const child of children.values()) child.kill("SIGTERM");
}

function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newestIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && !file.parentPath.includes(join("web", "dist")))
    .reduce((newest, file) => Math.max(newest, modifiedAt(join(file.parentPath, file.name))), 0);
}
