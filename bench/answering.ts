// Requests from the runner to the processes that it measures with, over Node's channel between processes.

/** What a process answers to, by the name of the request. */
export type Requests = Readonly<Record<string, (argument: never) => unknown>>;

interface Request {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

/** What comes back: an answer, or why there is none. */
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** The id of the message by which a process says that it is ready for requests. */
export const READY_ID = 0;

/** Answers the runner's requests from now on, and ends this process when the runner is gone, after `onEnd` where it is given. */
export function answerRequests(requests: Requests, onEnd?: () => Promise<void>): void {
  process.on("message", async ({ id, name, argument }: Request) => {
    let answer: Answer;
    try {
      const handle = requests[name] as ((argument: unknown) => unknown) | undefined;
      if (!handle) throw new Error(`This process does not answer to "${name}".`);
      answer = { id, value: await handle(argument) };
    } catch (error) {
      answer = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    process.send?.(answer);
  });
  process.on("disconnect", async () => {
    await onEnd?.();
    process.exit(0);
  });
  process.send?.({ id: READY_ID });
}
