// An audit log that remembers, for tests of the modules that write to it.
import type { AuditEntry, AuditLog } from "../audit/audit-log.ts";

/** `AuditLog` in memory. */
export class MemoryAuditLog implements AuditLog {
  readonly entries: AuditEntry[] = [];

  async record(entry: AuditEntry): Promise<void> {
    this.entries.push(entry);
  }
}
