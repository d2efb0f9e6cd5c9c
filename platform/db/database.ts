// The database port: what stores may ask of a database, whichever one runs.
import type { PgDatabase } from "drizzle-orm/pg-core";
import type { PostgresJsQueryResultHKT } from "drizzle-orm/postgres-js";

/** Drizzle, on a pool or inside one transaction. */
export type Executor = PgDatabase<PostgresJsQueryResultHKT>;

/**
 * A SQL database that may be away for a while.
 *
 * Every method but `close` throws `AppError("service.unavailable")` while the database cannot be reached or is not
 * migrated yet; it comes back by itself. Other errors of the database (a broken constraint) come out as they are.
 */
export interface Database {
  /** Runs one statement or several unrelated ones. */
  query<Result>(work: (db: Executor) => Promise<Result>): Promise<Result>;
  /**
   * Runs `work` in one transaction: commits when it resolves, rolls back when it rejects. Inside it use only `tx`: a
   * second connection may not exist, and waiting for one would wait for ever.
   */
  transaction<Result>(work: (tx: Executor) => Promise<Result>): Promise<Result>;
  /** Resolves when a statement can be answered now. */
  check(): Promise<void>;
  /** Ends every connection, after the statements under way. Nothing may be asked afterwards. */
  close(): Promise<void>;
}

/** SQLSTATE of a unique constraint that was broken (PostgreSQL, appendix A). */
export const UNIQUE_VIOLATION = "23505";

/** SQLSTATE of a reference to a row that is not there. */
export const FOREIGN_KEY_VIOLATION = "23503";

/** The SQLSTATE or connection error code of a database error, if it has one. */
export function databaseErrorCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  return typeof code === "string" ? code : undefined;
}
