// The audit log's port for other modules: what was done, by whom, where, and what it changed.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Executor } from "../db/database.ts";
import type { Actor } from "../environments/credential.ts";

/** One administrative or security event. Nothing secret belongs into it: it is read and exported. */
export interface AuditEntry {
  readonly environmentId: EnvironmentId;
  readonly actor: Actor;
  /** What was done, as `subject.verb` in lower case, e.g. `ban.created`, `session.ended`. */
  readonly action: string;
  /** What it was done to: `player/<id>`, `api_key/<id>`. */
  readonly subject: string;
  /** What it was before and after, as JSON; only what changed. */
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Writes entries that nobody changes or removes afterwards. */
export interface AuditLog {
  /**
   * Resolves when the entry is stored. With `tx` it is stored in that transaction: then the change and its entry are
   * there both or neither.
   */
  record(entry: AuditEntry, tx?: Executor): Promise<void>;
}
