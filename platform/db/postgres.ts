// The production database: a Postgres server, named by DATABASE_URL.
import postgres from "postgres";
import type { Log } from "../ops/log.ts";
import { type Engine, QUERY_DEADLINE_MS, SqlDatabase } from "./sql-database.ts";

/** Most connections that one platform process holds. */
export const MAX_CONNECTIONS = 10;

/** Longest to wait for one connection attempt, in seconds. */
const CONNECT_TIMEOUT_SECONDS = 3;

/** Waits between postgres.js' own attempts to reconnect, in seconds. */
const RECONNECT_SECONDS = { first: 0.05, last: 1 } as const;

/** Opens the database. Returns at once; connecting and migrating go on in the background. */
export function openPostgres(url: string, log: Log, deadlineMs?: number): SqlDatabase {
  return new SqlDatabase(new PostgresEngine(url, log), log, deadlineMs).start();
}

/** Connects to a Postgres server. */
export class PostgresEngine implements Engine {
  readonly name = "Postgres";
  readonly #url: string;
  readonly #log: Log;

  constructor(url: string, log: Log) {
    this.#url = url;
    this.#log = log;
  }

  async connect(onLost: () => void): Promise<postgres.Sql> {
    return postgres(this.#url, {
      max: MAX_CONNECTIONS,
      connect_timeout: CONNECT_TIMEOUT_SECONDS,
      backoff: (attempt: number) => Math.min(RECONNECT_SECONDS.first * 2 ** attempt, RECONNECT_SECONDS.last),
      fetch_types: false,
      onclose: onLost,
      connection: { application_name: "gamekeeper-platform", statement_timeout: QUERY_DEADLINE_MS },
      onnotice: (notice) => this.#log.debug({ event: "database.notice", notice: notice.message }),
    });
  }

  async stop(): Promise<void> {}
}
