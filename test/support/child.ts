// A process of ours under test: started, listened to, and never left behind.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { until } from "./until.ts";

/** Output that is remembered, in lines. */
const MAX_LINES = 5_000;
const running = new Set<Child>();

process.once("exit", () => {
  for (const child of running) child.signal("SIGKILL");
});
// The test runner ends a file that takes too long with this signal, which by itself would not reach the children.
process.once("SIGTERM", () => process.exit(143));

/** How to start a process. */
export interface ChildOptions {
  /** Said in errors. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's own environment; `undefined` takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Gives it a process group of its own, as a terminal does with what is typed in it. */
  readonly hasOwnGroup?: boolean;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running process and what it has said. */
export class Child {
  readonly name: string;
  readonly pid: number;
  /** Lines of its standard output and standard error, oldest first. */
  readonly lines: string[] = [];
  /** Resolves when it has ended. */
  readonly exited: Promise<Exit>;
  readonly #process: ChildProcess;
  #exit: Exit | undefined;

  constructor({ name, command, args, env = {}, cwd, hasOwnGroup = false }: ChildOptions) {
    this.name = name;
    this.#process = spawn(command, args, {
      env: { ...process.env, ...env },
      cwd,
      detached: hasOwnGroup,
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (this.#process.pid === undefined) throw new Error(`${name} (${command}) could not be started.`);
    this.pid = this.#process.pid;
    running.add(this);
    this.#listen(this.#process.stdout as Readable);
    this.#listen(this.#process.stderr as Readable);
    this.exited = new Promise((resolve) => {
      this.#process.once("exit", (code, signal) => {
        running.delete(this);
        this.#exit = { code, signal };
        resolve(this.#exit);
      });
    });
  }

  get isRunning(): boolean {
    return this.#exit === undefined;
  }

  /** Resolves with what `read` makes of the first line that it makes something of. Rejects when the process ends before. */
  untilLine<T>(what: string, read: (line: string) => T | undefined, patienceMs?: number): Promise<T> {
    return until(
      `${what} from ${this.name}`,
      () => {
        for (const line of this.lines) {
          const answer = read(line);
          if (answer !== undefined) return answer;
        }
        if (this.#exit)
          throw new Error(`${this.name} ended (${JSON.stringify(this.#exit)}):\n${this.lines.join("\n")}`);
        return undefined;
      },
      patienceMs,
    );
  }

  /** Resolves with the first log record of this event. */
  untilEvent(event: string): Promise<Record<string, unknown>> {
    return this.untilLine(event, (line) => {
      if (!line.startsWith("{")) return undefined;
      const record = JSON.parse(line) as Record<string, unknown>;
      return record["event"] === event ? record : undefined;
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Signals its whole process group, as a terminal does on Ctrl-C. Needs `hasOwnGroup`. */
  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  /** Ends it and waits until it is gone. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<Exit> {
    this.signal(signal);
    return this.exited;
  }

  #listen(output: Readable): void {
    createInterface({ input: output }).on("line", (line) => {
      this.lines.push(line);
      if (this.lines.length > MAX_LINES) this.lines.shift();
    });
  }
}
