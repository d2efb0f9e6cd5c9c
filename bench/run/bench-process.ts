// A process that the runner measures with: started on its core, asked over a channel, ended when it has served.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { MATCH_PROCESS_FLAGS } from "../../server/node-flags.ts";
import { type Answer, READY_ID } from "../answering.ts";

/** How long a request may take; the longest is a join of thousands of clients on a slow machine. */
const PATIENCE_MS = 180_000;
/** How long a process has to end what it started itself. */
const GRACE_MS = 10_000;

/** A program of this folder, running. */
export class BenchProcess {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #nextId = READY_ID + 1;

  private constructor(name: string, child: ChildProcess) {
    this.#name = name;
    this.#child = child;
    child.on("message", (answer: Answer) => this.#waiting.get(answer.id)?.(answer));
    child.once("exit", (code, signal) => {
      for (const [id, answer] of this.#waiting) answer({ id, error: `it ended with ${signal ?? code}` });
    });
  }

  /**
   * Starts `program` (a path from the repository's root) behind `prefix`, and waits until it answers. This project's own
   * server is started with the flags that it is run with.
   */
  static async start(prefix: readonly string[], program: string, args: readonly string[]): Promise<BenchProcess> {
    const flags = program.endsWith("gamekeeper.ts") ? MATCH_PROCESS_FLAGS : [];
    const [command = "", ...rest] = [...prefix, process.execPath, "--expose-gc", ...flags, program, ...args];
    const child = spawn(command, rest, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const started = new BenchProcess(program, child);
    await started.#await(READY_ID, "start");
    return started;
  }

  /** Asks for something by name. Rejects with the process' own error, or when it ends or takes too long. */
  ask<Value>(name: string, argument?: unknown): Promise<Value> {
    const id = this.#nextId++;
    const answered = this.#await(id, name);
    this.#child.send({ id, name, argument });
    return answered as Promise<Value>;
  }

  /** Ends it, and waits until it has. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    // A program that is no longer asked ends by itself, and what it started with it.
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), GRACE_MS);
    await ended;
    clearTimeout(timer);
  }

  #await(id: number, what: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${this.#name}, asked to ${what}: ${why}`));
      const timer = setTimeout(() => fail(`no answer in ${PATIENCE_MS} ms`), PATIENCE_MS);
      this.#waiting.set(id, ({ value, error }) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        if (error === undefined) resolve(value);
        else fail(error);
      });
    });
  }
}
