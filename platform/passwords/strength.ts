// How hard a password is to guess (zxcvbn), asked of a worker thread.
import { Worker } from "node:worker_threads";
import { AppError } from "../../shared/schema/errors.ts";

/** Lowest score that passes, of 0 to 4: at least 10^8 guesses, out of reach for whoever has to try them at sign-in. */
export const MIN_SCORE = 3;

/** Most questions on their way to the worker at a time. */
const MAX_WAITING = 64;

/** Longest to wait for an answer, in milliseconds; the slowest password known takes some 60. */
const DEADLINE_MS = 5_000;

/** A question to the worker: `about` are words that this person's password must not lean on. */
export interface StrengthQuestion {
  readonly id: number;
  readonly password: string;
  readonly about: readonly string[];
}

/** The worker's answer to the question with this id. */
export interface StrengthAnswer {
  readonly id: number;
  readonly score: number;
}

/** Estimates passwords. The worker starts with the first question, and does not keep the process alive. */
export class StrengthMeter {
  readonly #open = new Map<number, PromiseWithResolvers<number>>();
  #worker: Worker | undefined;
  #lastId = 0;

  /** The score of `password`, from 0 to 4; see `MIN_SCORE`. Throws `service.unavailable` when too many wait, or when no answer comes in time. */
  async measure(password: string, about: readonly string[]): Promise<number> {
    if (this.#open.size >= MAX_WAITING) {
      throw new AppError("service.unavailable", "Too many passwords wait to be checked. Try again in a moment.");
    }
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<number>();
    this.#open.set(id, answer);
    const deadline = setTimeout(() => this.#giveUp("did not answer in time"), DEADLINE_MS);
    try {
      this.#started().postMessage({ id, password, about } satisfies StrengthQuestion);
      return await answer.promise;
    } finally {
      clearTimeout(deadline);
      this.#open.delete(id);
    }
  }

  /** Ends the worker; questions that are open fail. */
  async close(): Promise<void> {
    await this.#giveUp("was stopped");
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL("./strength-worker.ts", import.meta.url));
    worker.unref();
    worker.on("message", ({ id, score }: StrengthAnswer) => this.#open.get(id)?.resolve(score));
    worker.on("error", () => this.#giveUp("failed", worker));
    worker.on("exit", () => this.#giveUp("ended", worker));
    this.#worker = worker;
    return worker;
  }

  /** Fails what is open and drops the worker; the next question starts another. */
  async #giveUp(how: string, worker = this.#worker): Promise<void> {
    if (worker === undefined || worker !== this.#worker) return;
    this.#worker = undefined;
    for (const { reject } of this.#open.values()) {
      reject(new AppError("service.unavailable", `The check of passwords ${how}. Try again.`));
    }
    await worker.terminate();
  }
}
