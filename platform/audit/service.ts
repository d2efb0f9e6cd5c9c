// The audit log: what was done, by whom, where, and what it changed; searched, and exported as a whole.
import type { AuditFilter, AuditRecord, EnvironmentId } from "../../shared/schema/platform/index.ts";
import { uuidV7 } from "../accounts/uuid-v7.ts";
import type { Executor } from "../db/database.ts";
import type { AuditEntry, AuditLog } from "./audit-log.ts";
import type { AuditStore } from "./store.ts";

/** Longest JSON of what something was before or after, in characters. */
export const MAX_AUDIT_JSON_LENGTH = 16_384;

/** Entries that an export reads at a time. */
export const EXPORT_PAGE_SIZE = 500;

/** Records, searches and exports. */
export class AuditService implements AuditLog {
  readonly #store: AuditStore;

  constructor(store: AuditStore) {
    this.#store = store;
  }

  async record({ actor, before, after, ...entry }: AuditEntry, tx?: Executor): Promise<void> {
    for (const part of [before, after]) {
      if (part !== undefined && JSON.stringify(part).length > MAX_AUDIT_JSON_LENGTH) {
        throw new Error(
          `An audit entry (${entry.action}) may have ${MAX_AUDIT_JSON_LENGTH} characters before and after.`,
        );
      }
    }
    const row = { ...entry, id: uuidV7(), actorKind: actor.kind, actorId: actor.id, before, after };
    await this.#store.append(row, tx);
  }

  /** A page, newest first, from before the entry `before`; `next` is there when there may be more. */
  async search(
    environmentId: EnvironmentId,
    filter: AuditFilter,
    before: string | undefined,
    limit: number,
  ): Promise<{ entries: AuditRecord[]; next?: string }> {
    const entries = await this.#store.find(environmentId, filter, { before }, limit);
    const last = entries.at(-1);
    return entries.length === limit && last !== undefined ? { entries, next: last.id } : { entries };
  }

  /** Every entry that fits, oldest first, page by page: however long the log is, little of it is in memory. */
  async *export(environmentId: EnvironmentId, filter: AuditFilter): AsyncGenerator<AuditRecord[]> {
    let after: string | undefined;
    while (true) {
      const entries = await this.#store.find(environmentId, filter, { after }, EXPORT_PAGE_SIZE);
      if (entries.length > 0) yield entries;
      if (entries.length < EXPORT_PAGE_SIZE) return;
      after = entries.at(-1)?.id;
    }
  }
}
