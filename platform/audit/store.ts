// Appends to the audit log, and reads it.
import { and, asc, desc, eq, gt, gte, lt, lte } from "drizzle-orm";
import type { AuditFilter, AuditRecord, EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { auditEntry } from "./schema.ts";

/** Which part of the log: newest first from before an id, or oldest first from after one. */
export type AuditSpan = { readonly before: string | undefined } | { readonly after: string | undefined };

/** Entries by environment. Throws `service.unavailable` while the database is away. */
export class AuditStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Appends an entry, in the transaction `tx` where one is given. */
  async append(entry: typeof auditEntry.$inferInsert, tx?: Executor): Promise<void> {
    if (tx === undefined) await this.#database.query((db) => db.insert(auditEntry).values(entry));
    else await tx.insert(auditEntry).values(entry);
  }

  /** At most `limit` entries that fit. */
  async find(
    environmentId: EnvironmentId,
    filter: AuditFilter,
    span: AuditSpan,
    limit: number,
  ): Promise<AuditRecord[]> {
    const isBackwards = "before" in span;
    const edge = isBackwards ? span.before : span.after;
    const { id, createdAt } = auditEntry;
    const rows = await this.#database.query((db) =>
      db
        .select()
        .from(auditEntry)
        .where(
          and(
            eq(auditEntry.environmentId, environmentId),
            edge === undefined ? undefined : isBackwards ? lt(id, edge) : gt(id, edge),
            filter.action === undefined ? undefined : eq(auditEntry.action, filter.action),
            filter.actorId === undefined ? undefined : eq(auditEntry.actorId, filter.actorId),
            filter.subject === undefined ? undefined : eq(auditEntry.subject, filter.subject),
            filter.since === undefined ? undefined : gte(createdAt, new Date(filter.since)),
            filter.until === undefined ? undefined : lte(createdAt, new Date(filter.until)),
          ),
        )
        .orderBy(isBackwards ? desc(id) : asc(id))
        .limit(limit),
    );
    return rows.map(toRecord);
  }
}

function toRecord(row: typeof auditEntry.$inferSelect): AuditRecord {
  const { id, createdAt, actorKind, actorId, action, subject, before, after } = row;
  return {
    id,
    createdAt: createdAt.toISOString(),
    actor: { kind: actorKind, id: actorId },
    action,
    subject,
    ...(before === null ? {} : { before }),
    ...(after === null ? {} : { after }),
  };
}
