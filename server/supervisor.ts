// Keeps several match processes running: one that dies is started again, and the others do not notice.
import type { Logger } from "./ops/log.ts";

/** A process that dies more often than this within the window is given up. */
const MAX_RESTARTS = 5;
const RESTART_WINDOW_MS = 60_000;
/** The wait before the first restart of a window; the n-th waits n times as long. */
const RESTART_DELAY_MS = 500;

/** What a supervisor needs of a child process. It sends the message `listening` once it takes players. */
export interface MatchProcess {
  readonly pid?: number | undefined;
  kill(signal: NodeJS.Signals): unknown;
  once(event: "exit", listener: (code: number | null, signal: NodeJS.Signals | null) => void): unknown;
  on(event: "message", listener: (message: unknown) => void): unknown;
}

/** What to keep running. */
export interface SupervisorOptions {
  readonly count: number;
  /** Starts the process with this index, from 0. */
  readonly start: (index: number) => MatchProcess;
  readonly log: Logger;
}

/** One of the processes, over all its lives. */
interface Slot {
  readonly index: number;
  process: MatchProcess | undefined;
  restart: NodeJS.Timeout | undefined;
  hasListened: boolean;
  deathsMs: number[];
}

/**
 * Starts match processes and starts those again that die, later each time, until one dies too often. One that never came
 * up at all is a mistake of the settings (a port that is taken, for example) and ends the others too, as it ends a game
 * server that is alone.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #slots: readonly Slot[];
  readonly #ended = Promise.withResolvers<number>();
  #isStopping = false;
  #exitCode = 0;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.count }, (_, index) => ({
      index,
      process: undefined,
      restart: undefined,
      hasListened: false,
      deathsMs: [],
    }));
  }

  /** Starts them all. Resolves with the exit code when the last of them has ended for good. */
  run(): Promise<number> {
    for (const slot of this.#slots) this.#start(slot);
    return this.#ended.promise;
  }

  /** Lets all of them drain and end; a second time, lets them skip the wait. */
  stop(reason: string): void {
    if (!this.#isStopping) this.#options.log.info({ event: "supervisor.draining", reason }, "draining all processes");
    this.#isStopping = true;
    for (const slot of this.#slots) {
      clearTimeout(slot.restart);
      slot.restart = undefined;
      slot.process?.kill("SIGTERM");
    }
    this.#endIfAlone();
  }

  #start(slot: Slot): void {
    slot.restart = undefined;
    const child = this.#options.start(slot.index);
    slot.process = child;
    this.#options.log.info({ event: "match-process.started", index: slot.index, pid: child.pid }, "started");
    child.on("message", (message) => {
      slot.hasListened ||= message === "listening";
    });
    child.once("exit", (code, signal) => {
      slot.process = undefined;
      if (!this.#isStopping) this.#onDeath(slot, code ?? signal);
      this.#endIfAlone();
    });
  }

  #onDeath(slot: Slot, exit: number | string | null): void {
    const { log } = this.#options;
    const { index } = slot;
    if (!slot.hasListened) {
      log.fatal({ event: "supervisor.failed", index, exit }, "a process did not come up; the reason is above");
      this.#exitCode = 1;
      this.stop("failed");
      return;
    }
    const now = Date.now();
    slot.deathsMs = [...slot.deathsMs.filter((atMs) => now - atMs < RESTART_WINDOW_MS), now];
    if (slot.deathsMs.length > MAX_RESTARTS) {
      log.error({ event: "match-process.given-up", index, exit }, "it keeps dying and is not started again");
      this.#exitCode = 1;
      return;
    }
    const delayMs = RESTART_DELAY_MS * slot.deathsMs.length;
    // Somebody let this one drain, to have it renewed.
    if (exit === 0) log.info({ event: "match-process.ended", index, delayMs }, "starting it again");
    else log.error({ event: "match-process.died", index, exit, delayMs }, "its rooms are lost; starting it again");
    slot.restart = setTimeout(() => this.#start(slot), delayMs);
  }

  #endIfAlone(): void {
    if (this.#slots.some(({ process, restart }) => process !== undefined || restart !== undefined)) return;
    this.#ended.resolve(this.#exitCode);
  }
}
