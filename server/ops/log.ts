// Structured logs: one JSON line an event, secrets never in it.
import { setLogger } from "@colyseus/core/Logger";
import { type Logger, pino } from "pino";

export type { Logger };

/** The process' logger. Lines carry `process`, with its index if it has one; `roomId` and `requestId` come with the event. */
export function createLogger(level: string, index?: number): Logger {
  return pino({
    level,
    base: { process: index === undefined ? "game-server" : `game-server-${index}` },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: ["ticket", "token", "authorization", "*.ticket", "*.token", "*.authorization"],
      censor: "[secret]",
    },
  });
}

/** What Colyseus prints by itself becomes debug lines: much of it is caused by clients, once a packet. */
export function routeColyseusLogs(log: Logger): void {
  const line = (...parts: unknown[]): void => log.debug({ event: "colyseus" }, parts.map(String).join(" "));
  setLogger({ debug: line, info: line, warn: line, error: line, trace: line });
}
