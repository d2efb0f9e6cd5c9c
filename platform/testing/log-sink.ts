// Collects log lines in a test, and waits for an event among them.
import { EventEmitter, once } from "node:events";
import type { Readable } from "node:stream";

/** One parsed log line. */
export interface LogLine {
  readonly event?: string;
  readonly [field: string]: unknown;
}

/** A pino destination that keeps every line. */
export class LogSink {
  readonly lines: LogLine[] = [];
  /** Everything written, as it was written. */
  text = "";
  readonly #arrived = new EventEmitter();
  #partial = "";

  write(chunk: string): void {
    this.text += chunk;
    const parts = (this.#partial + chunk).split("\n");
    this.#partial = parts.pop() ?? "";
    for (const part of parts) {
      if (!part.startsWith("{")) continue;
      this.lines.push(JSON.parse(part) as LogLine);
      this.#arrived.emit("line");
    }
  }

  /** Takes the standard output of a child process. */
  follow(output: Readable): this {
    output.setEncoding("utf8");
    output.on("data", (chunk: string) => this.write(chunk));
    return this;
  }

  /** Resolves with the first line of this event, past or to come, at or after line number `from`. */
  async waitFor(event: string, from = 0): Promise<LogLine> {
    for (let next = from; ; next += 1) {
      while (next >= this.lines.length) await once(this.#arrived, "line");
      const line = this.lines[next];
      if (line?.event === event) return line;
    }
  }
}
