// Keeps codes that go by mail, and counts what is tried against them.
import { and, desc, eq, gt, inArray, isNull, lt, type SQL, sql } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import type { CodePurpose } from "./codes.ts";
import { mailCode } from "./schema.ts";

/** A code's row, without the code. Times are milliseconds since 1970. */
export interface StoredCode {
  readonly id: string;
  readonly purpose: CodePurpose;
  readonly address: string;
  readonly playerId: string | undefined;
  readonly details: Readonly<Record<string, string>>;
  readonly expiresAtMs: number;
}

/** A code as its player is told of it. */
export interface ListedCode extends StoredCode {
  readonly createdAtMs: number;
  readonly usedAtMs: number | undefined;
}

/** Most codes that are listed; budgets keep a player below it. */
const MAX_LISTED = 1_000;

/** Codes by environment and id. Throws `service.unavailable` while the database is away. */
export class MailCodeStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Runs `work` in one transaction. */
  inTransaction<Result>(work: (tx: Executor) => Promise<Result>): Promise<Result> {
    return this.#database.transaction(work);
  }

  /** Keeps a code that has been asked for and not been made. */
  async add(
    environmentId: EnvironmentId,
    code: StoredCode & { readonly createdAtMs: number; readonly attempts: number },
    tx: Executor,
  ): Promise<void> {
    await tx.insert(mailCode).values({
      environmentId,
      id: code.id,
      purpose: code.purpose,
      address: code.address,
      playerId: code.playerId ?? null,
      details: code.details,
      attemptsLeft: code.attempts,
      createdAt: new Date(code.createdAtMs),
      expiresAt: new Date(code.expiresAtMs),
    });
  }

  /** The code's row while it is good for something, or undefined. */
  async find(environmentId: EnvironmentId, id: string, nowMs: number): Promise<StoredCode | undefined> {
    const [row] = await this.#database.query((db) =>
      db
        .select()
        .from(mailCode)
        .where(isGood(environmentId, id, nowMs)),
    );
    return row === undefined ? undefined : stored(row);
  }

  /** Sets what the code is and whose; an earlier code of the row is worth nothing from now on. */
  async setHash(environmentId: EnvironmentId, id: string, hash: string, playerId: string | undefined): Promise<void> {
    await this.#database.query((db) =>
      db
        .update(mailCode)
        .set({ codeHash: hash, playerId: playerId ?? null })
        .where(and(isRow(environmentId, id), isNull(mailCode.usedAt))),
    );
  }

  /**
   * Counts one guess at a code, and gives the row with its hash; undefined when there is no such code that is good, or it
   * has no guesses left. With `playerId` only a code of that player is touched.
   */
  async countAttempt(
    environmentId: EnvironmentId,
    { id, purpose, playerId }: { id: string; purpose: CodePurpose; playerId?: string | undefined },
    nowMs: number,
  ): Promise<(StoredCode & { readonly hash: string | undefined }) | undefined> {
    const conditions: SQL[] = [eq(mailCode.purpose, purpose), gt(mailCode.attemptsLeft, 0)];
    if (playerId !== undefined) conditions.push(eq(mailCode.playerId, playerId));
    const [row] = await this.#database.query((db) =>
      db
        .update(mailCode)
        .set({ attemptsLeft: sql`${mailCode.attemptsLeft} - 1` })
        .where(and(isGood(environmentId, id, nowMs), ...conditions))
        .returning(),
    );
    return row === undefined ? undefined : { ...stored(row), hash: row.codeHash ?? undefined };
  }

  /** Uses a code up, and says whether this call did: of many at one time, one. */
  async use(environmentId: EnvironmentId, id: string, nowMs: number): Promise<boolean> {
    const rows = await this.#database.query((db) =>
      db
        .update(mailCode)
        .set({ usedAt: new Date(nowMs) })
        .where(isGood(environmentId, id, nowMs))
        .returning({ id: mailCode.id }),
    );
    return rows.length === 1;
  }

  /** Takes `use` and its attempt back. Only for whoever it said true to. */
  async giveBack(environmentId: EnvironmentId, id: string): Promise<void> {
    await this.#database.query((db) =>
      db
        .update(mailCode)
        .set({ usedAt: null, attemptsLeft: sql`${mailCode.attemptsLeft} + 1` })
        .where(isRow(environmentId, id)),
    );
  }

  /**
   * Ends the open codes of a player for these purposes: what they were asked for is no longer so. With `newerThan` only
   * those asked for after that one (ids are ordered by time).
   */
  async endOf(
    environmentId: EnvironmentId,
    playerId: string,
    purposes: readonly CodePurpose[],
    nowMs: number,
    newerThan?: string,
  ): Promise<void> {
    await this.#database.query((db) =>
      db
        .update(mailCode)
        .set({ usedAt: new Date(nowMs) })
        .where(
          and(
            newerThan === undefined ? undefined : gt(mailCode.id, newerThan),
            isOf(environmentId, playerId),
            isNull(mailCode.usedAt),
            inArray(mailCode.purpose, [...purposes]),
          ),
        ),
    );
  }

  /** The newest codes of a player, at most `MAX_LISTED`. */
  async listOf(environmentId: EnvironmentId, playerId: string): Promise<ListedCode[]> {
    const rows = await this.#database.query((db) =>
      db.select().from(mailCode).where(isOf(environmentId, playerId)).orderBy(desc(mailCode.id)).limit(MAX_LISTED),
    );
    return rows.map((row) => ({
      ...stored(row),
      createdAtMs: row.createdAt.getTime(),
      usedAtMs: row.usedAt?.getTime(),
    }));
  }

  /** Removes every code of a player. */
  async removeOf(environmentId: EnvironmentId, playerId: string, tx: Executor): Promise<void> {
    await tx.delete(mailCode).where(isOf(environmentId, playerId));
  }

  /** Removes codes of every environment that expired before `beforeMs`. */
  async removeExpired(beforeMs: number): Promise<void> {
    await this.#database.query((db) => db.delete(mailCode).where(lt(mailCode.expiresAt, new Date(beforeMs))));
  }
}

function isOf(environmentId: EnvironmentId, playerId: string) {
  return and(eq(mailCode.environmentId, environmentId), eq(mailCode.playerId, playerId));
}

function isRow(environmentId: EnvironmentId, id: string) {
  return and(eq(mailCode.environmentId, environmentId), eq(mailCode.id, id));
}

function isGood(environmentId: EnvironmentId, id: string, nowMs: number) {
  return and(isRow(environmentId, id), isNull(mailCode.usedAt), gt(mailCode.expiresAt, new Date(nowMs)));
}

function stored(row: typeof mailCode.$inferSelect): StoredCode {
  const { id, purpose, address, playerId, details, expiresAt } = row;
  return {
    id,
    purpose: purpose as CodePurpose,
    address,
    playerId: playerId ?? undefined,
    details,
    expiresAtMs: expiresAt.getTime(),
  };
}
