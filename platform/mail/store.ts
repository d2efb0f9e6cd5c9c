// Keeps the mails that wait, and hands each to one deliverer at a time.
import { and, asc, count, eq, lte, sql } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { outgoingMail } from "./schema.ts";

/** A mail that waits. Times are milliseconds since 1970. */
export interface WaitingMail {
  readonly environmentId: EnvironmentId;
  readonly id: string;
  readonly address: string;
  readonly locale: string | undefined;
  readonly template: string;
  readonly details: Record<string, unknown>;
  readonly createdAtMs: number;
  readonly dueAtMs: number;
  readonly expiresAtMs: number;
}

/** A waiting mail that is ours to deliver until its lease is over; `attempts` counts this one. */
export interface ClaimedMail extends WaitingMail {
  readonly attempts: number;
}

/** Waiting mails of every environment. Throws `service.unavailable` while the database is away. */
export class OutgoingMailStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Keeps a mail, in `tx` or by itself. */
  async add(mail: WaitingMail, tx?: Executor): Promise<void> {
    const insert = async (db: Executor) => {
      await db.insert(outgoingMail).values({
        environmentId: mail.environmentId,
        id: mail.id,
        address: mail.address,
        locale: mail.locale ?? null,
        template: mail.template,
        details: mail.details,
        createdAt: new Date(mail.createdAtMs),
        nextAttemptAt: new Date(mail.dueAtMs),
        expiresAt: new Date(mail.expiresAtMs),
      });
    };
    await (tx === undefined ? this.#database.query(insert) : insert(tx));
  }

  /** Takes up to `limit` due mails, oldest first. Nobody else gets them before `leaseMs` are over. */
  async claim(nowMs: number, limit: number, leaseMs: number): Promise<ClaimedMail[]> {
    const rows = await this.#database.query((db) => {
      const due = db
        .select({ id: outgoingMail.id })
        .from(outgoingMail)
        .where(lte(outgoingMail.nextAttemptAt, new Date(nowMs)))
        .orderBy(asc(outgoingMail.nextAttemptAt))
        .limit(limit)
        .for("update", { skipLocked: true });
      return (
        db
          .update(outgoingMail)
          .set({ attempts: sql`${outgoingMail.attempts} + 1`, nextAttemptAt: new Date(nowMs + leaseMs) })
          // An array is made once; a subquery might be run again for each row, and lock more than the limit.
          .where(sql`${outgoingMail.id} = any(array(${due}))`)
          .returning()
      );
    });
    return rows.map(({ locale, createdAt, expiresAt, nextAttemptAt, ...row }) => ({
      ...row,
      locale: locale ?? undefined,
      createdAtMs: createdAt.getTime(),
      dueAtMs: nextAttemptAt.getTime(),
      expiresAtMs: expiresAt.getTime(),
    }));
  }

  /** Ends a claimed mail. Does nothing when somebody else has claimed it since. */
  async remove(mail: ClaimedMail): Promise<void> {
    await this.#database.query((db) => db.delete(outgoingMail).where(isStill(mail)));
  }

  /** Makes a claimed mail due again at `atMs`. Does nothing when somebody else has claimed it since. */
  async retryAt(mail: ClaimedMail, atMs: number): Promise<void> {
    await this.#database.query((db) =>
      db
        .update(outgoingMail)
        .set({ nextAttemptAt: new Date(atMs) })
        .where(isStill(mail)),
    );
  }

  /** How many wait, of all environments. */
  async count(): Promise<number> {
    const [row] = await this.#database.query((db) => db.select({ waiting: count() }).from(outgoingMail));
    return row?.waiting ?? 0;
  }
}

function isStill({ environmentId, id, attempts }: ClaimedMail) {
  return and(
    eq(outgoingMail.environmentId, environmentId),
    eq(outgoingMail.id, id),
    eq(outgoingMail.attempts, attempts),
  );
}
