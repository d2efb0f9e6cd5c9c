// The C floor as a server of the bed: built once a run from its source, spoken to in lines.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Scene } from "../games/scene.ts";

const SOURCE = "bench/servers/epoll.c";
const COMPILERS = ["gcc", "cc", "clang"] as const;

let built: { readonly program: string } | { readonly missing: string } | undefined;

/** Builds the server, once. Says instead why it cannot be had, e.g. that there is no compiler. */
export function buildNativeServer(): { readonly program: string } | { readonly missing: string } {
  built ??= build();
  return built;
}

function build(): { readonly program: string } | { readonly missing: string } {
  if (process.platform !== "linux") return { missing: "epoll is Linux' own" };
  const compiler = COMPILERS.find((name) => spawnSync(name, ["--version"]).status === 0);
  if (!compiler) return { missing: `no C compiler: none of ${COMPILERS.join(", ")} is installed` };
  const folder = mkdtempSync(join(tmpdir(), "bench-epoll-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, "epoll");
  const { status, stderr } = spawnSync(compiler, ["-O2", "-Wall", "-Wextra", "-o", program, SOURCE]);
  return status === 0 ? { program } : { missing: `${compiler} failed: ${String(stderr).slice(0, 400)}` };
}

/** The C server, running. */
export class NativeServer {
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout! });
  }

  /** Starts it behind `prefix`. Throws when it could not be built: ask `buildNativeServer` first. */
  static start(prefix: readonly string[], { tickHz, roomSize }: Scene, frameBytes: number): NativeServer {
    const built = buildNativeServer();
    if ("missing" in built) throw new Error(`The C server is missing: ${built.missing}.`);
    const [command = "", ...rest] = [...prefix, built.program, String(tickHz), String(roomSize), String(frameBytes)];
    return new NativeServer(spawn(command, rest, { stdio: ["pipe", "pipe", "inherit"] }));
  }

  /** Asks for `describe`, `seats`, `begin` or `end`. It has no seats to give: its clients need none. */
  async ask<Value>(name: string, argument?: unknown): Promise<Value> {
    if (name === "seats") return Array.from({ length: argument as number }, () => ({})) as Value;
    const ended = once(this.#child, "exit").then(() => {
      throw new Error(`the C server ended while it was asked to ${name}`);
    });
    const answered = once(this.#lines, "line");
    this.#child.stdin!.write(`${name}\n`);
    const [line] = (await Promise.race([answered, ended])) as [string];
    ended.catch(() => undefined);
    return JSON.parse(line) as Value;
  }

  /** Ends it. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}
