// The database port over drizzle and postgres.js: connects and migrates in the background, and reconnects.
import { setTimeout as delay } from "node:timers/promises";
import { DrizzleQueryError } from "drizzle-orm/errors";
import { drizzle } from "drizzle-orm/postgres-js";
import type postgres from "postgres";
import { AppError } from "../../shared/schema/errors.ts";
import type { Log } from "../ops/log.ts";
import { type Database, databaseErrorCode, type Executor } from "./database.ts";
import { migrateUp } from "./migrations.ts";

/** Longest a statement or transaction may take before its caller is told that the database is away. */
export const QUERY_DEADLINE_MS = 5_000;

/** Longest that a new or doubted connection may take for its first answer. */
const PROBE_DEADLINE_MS = 2_000;

/** Longest that migrating may take before it is tried afresh. */
const MIGRATION_DEADLINE_MS = 120_000;

/** Waits between attempts to connect and migrate: doubling from the first to the last. */
const RETRY_MS = { first: 100, last: 2_000 } as const;

/** SQLSTATE classes that mean "not now": connection lost, no resources, shut down or starting, system fault. */
const UNAVAILABLE_SQLSTATES = ["08", "53", "57P", "58"];

/** SQLSTATEs of a statement that waited too long for a lock or was cancelled by its time limit. */
const TIMED_OUT_SQLSTATES = ["55P03", "57014"];

/** Where connections come from: a Postgres server, or PGlite behind a socket. */
export interface Engine {
  /** For messages, e.g. "Postgres". */
  readonly name: string;
  /** Makes a client; may start the engine. Called again after a client was given up. `onLost` hears of every closed connection. */
  connect(onLost: () => void): Promise<postgres.Sql>;
  /** Stops the engine, after its client ended. */
  stop(): Promise<void>;
}

interface Connection {
  readonly sql: postgres.Sql;
  readonly db: Executor;
}

/** `Database` over an `Engine`. Call `start` once; `whenReady` is for tools and tests that want to wait. */
export class SqlDatabase implements Database {
  readonly #engine: Engine;
  readonly #log: Log;
  readonly #deadlineMs: number;
  readonly #closing = new AbortController();
  #connection: Connection | undefined;
  #doubted: Connection | undefined;
  #reason: string;
  #starting: Promise<void> = Promise.resolve();

  constructor(engine: Engine, log: Log, deadlineMs = QUERY_DEADLINE_MS) {
    this.#engine = engine;
    this.#log = log;
    this.#deadlineMs = deadlineMs;
    this.#reason = `${engine.name} is starting.`;
  }

  /** Begins to connect and migrate, in the background, for as long as it takes. */
  start(): this {
    this.#starting = this.#connectAndMigrate();
    return this;
  }

  /** Resolves once the database is connected and migrated, or was closed before that. */
  async whenReady(): Promise<void> {
    await this.#starting;
  }

  query<Result>(work: (db: Executor) => Promise<Result>): Promise<Result> {
    return this.#run((connection) => work(connection.db));
  }

  transaction<Result>(work: (tx: Executor) => Promise<Result>): Promise<Result> {
    return this.#run((connection) => connection.db.transaction(work));
  }

  async check(): Promise<void> {
    await this.#run(({ sql }) => sql`select 1`);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#starting;
    const connection = this.#connection;
    this.#connection = undefined;
    this.#reason = `${this.#engine.name} was closed.`;
    await connection?.sql.end({ timeout: QUERY_DEADLINE_MS / 1_000 });
    await this.#engine.stop();
  }

  async #connectAndMigrate(): Promise<void> {
    let retryMs: number = RETRY_MS.first;
    while (!this.#closing.signal.aborted) {
      let sql: postgres.Sql | undefined;
      try {
        sql = await this.#engine.connect(() => this.#doubt());
        await this.#withDeadline(sql`select 1`, PROBE_DEADLINE_MS);
        const applied = await this.#withDeadline(migrateUp(sql), MIGRATION_DEADLINE_MS);
        this.#connection = { sql, db: drizzle(sql) };
        this.#log.info({ event: "database.ready", engine: this.#engine.name, migrations: applied });
        return;
      } catch (error) {
        await sql?.end({ timeout: 0 });
        const reason = `${this.#engine.name} cannot be used: ${reasonOf(error)}`;
        this.#log[reason === this.#reason ? "debug" : "warn"]({ event: "database.unavailable", reason, retryMs });
        this.#reason = reason;
        await delay(retryMs, undefined, { signal: this.#closing.signal }).catch(ignoreAbort);
        retryMs = Math.min(retryMs * 2, RETRY_MS.last);
      }
    }
  }

  async #run<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const connection = this.#connection;
    if (connection === undefined) throw new AppError("service.unavailable", `The database is away. ${this.#reason}`);
    try {
      return await this.#withDeadline(work(connection));
    } catch (thrown) {
      const error = thrown instanceof DrizzleQueryError ? (thrown.cause ?? thrown) : thrown;
      if (error instanceof DeadlineError) this.#giveUp(connection, error.message);
      if (!isUnavailable(error)) throw error;
      throw new AppError("service.unavailable", `The database is away. ${this.#engine.name}: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }

  /**
   * A connection was lost. Left to itself the client retries quietly while requests wait; so ask whether the database
   * still answers, and if it does not, say so to everybody at once.
   */
  #doubt(): void {
    const connection = this.#connection;
    if (connection === undefined || connection === this.#doubted || this.#closing.signal.aborted) return;
    this.#doubted = connection;
    this.#withDeadline(connection.sql`select 1`, PROBE_DEADLINE_MS)
      .catch((error: unknown) => this.#giveUp(connection, `${this.#engine.name}: ${reasonOf(error)}`))
      .finally(() => {
        this.#doubted = undefined;
      });
  }

  /** A connection that swallowed a statement may never answer again: take new ones, and end the old without waiting. */
  #giveUp(connection: Connection, reason: string): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#reason = reason;
    this.#log.warn({ event: "database.gave_up_connection", reason });
    connection.sql.end({ timeout: 0 }).catch((error: unknown) => {
      this.#log.debug({ event: "database.end_failed", reason: reasonOf(error) });
    });
    this.start();
  }

  async #withDeadline<Result>(work: Promise<Result>, deadlineMs = this.#deadlineMs): Promise<Result> {
    const message = `${this.#engine.name} did not answer within ${deadlineMs} ms.`;
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new DeadlineError(message)), deadlineMs);
    });
    try {
      return await Promise.race([work, deadline]);
    } finally {
      clearTimeout(timer);
    }
  }
}

class DeadlineError extends Error {}

function isUnavailable(error: unknown): boolean {
  if (error instanceof DeadlineError) return true;
  const code = databaseErrorCode(error);
  if (code === undefined) return false;
  if (TIMED_OUT_SQLSTATES.includes(code) || UNAVAILABLE_SQLSTATES.some((start) => code.startsWith(start))) return true;
  return /^(E[A-Z]{3,}|CONNECTION_|CONNECT_)/.test(code);
}

function reasonOf(error: unknown): string {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join("; ");
  return cause instanceof Error ? cause.message : String(cause);
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== "AbortError") throw error;
}
