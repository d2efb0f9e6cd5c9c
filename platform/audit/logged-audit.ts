// Audit entries as log lines, where there is no table of them.
import type { Log } from "../ops/log.ts";
import type { AuditEntry, AuditLog } from "./audit-log.ts";

/** `AuditLog` that writes each entry to the log. An entry of a transaction that fails afterwards stays there. */
export class LoggedAudit implements AuditLog {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  async record(entry: AuditEntry): Promise<void> {
    this.#log.info({ event: "audit.recorded", ...entry });
  }
}
