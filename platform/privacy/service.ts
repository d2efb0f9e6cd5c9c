// A player's right to all that is kept of them, and to its deletion.
import { AppError } from "../../shared/schema/errors.ts";
import type { EnvironmentId, ScheduledDeletion } from "../../shared/schema/platform/index.ts";
import type { PlayerNames } from "../accounts/player-names.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import { databaseErrorCode, FOREIGN_KEY_VIOLATION } from "../db/database.ts";
import type { Actor } from "../environments/credential.ts";
import type { Log } from "../ops/log.ts";
import type { Metrics } from "../ops/metrics.ts";
import { packArchive } from "./archive.ts";
import type { PlayerRecords } from "./player-records.ts";
import type { Deletion, DeletionStore } from "./store.ts";

const DAY_MS = 86_400_000;

/** Most players that one sweep deletes: a few seconds of work, and the next one comes soon. */
export const MAX_SWEPT = 50;

/** How long a deletion that failed is put off. */
export const RETRY_MS = 3_600_000;

/** The platform itself, in the audit log. */
const SWEEP: Actor = { kind: "system", id: "deletion-sweep" };

/** What other modules do when a player leaves. Each is optional: without sessions there are none to end. */
export interface LeavingPlayer {
  /** Ends the player's sessions but this one. */
  endSessions?(environmentId: EnvironmentId, playerId: string, exceptSessionId: string | undefined): Promise<void>;
  /** Tells the player, by whatever reaches them. */
  notify?(environmentId: EnvironmentId, playerId: string, deletesAt: Date): Promise<void>;
}

/** What `PrivacyService` needs. `now` is the clock in milliseconds since 1970. */
export interface PrivacyServiceDeps {
  readonly store: DeletionStore;
  readonly names: Pick<PlayerNames, "find">;
  /** The records of every module, in the order of deletion: the player itself last. */
  readonly records: readonly PlayerRecords[];
  readonly audit: AuditLog;
  readonly metrics: Pick<Metrics, "playerDeletions">;
  readonly log: Log;
  /** How long a deletion may be taken back. */
  readonly graceDays: number;
  readonly leaving?: LeavingPlayer;
  readonly now?: () => number;
}

/** Exports and deletes players. */
export class PrivacyService {
  readonly #deps: PrivacyServiceDeps;
  readonly #now: () => number;

  constructor(deps: PrivacyServiceDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
  }

  /** Everything that is kept of the player, as a zip archive: one file of JSON a module. Noted in the audit log. Throws `auth.invalid` when there is no such player. */
  async export(environmentId: EnvironmentId, playerId: string, actor: Actor): Promise<Uint8Array<ArrayBuffer>> {
    const { records, audit, names } = this.#deps;
    if ((await names.find(environmentId, playerId)) === undefined) throw gone();
    const modules = new Map<string, unknown>();
    // One after the other: an export is seldom, and need not take every connection of the database.
    for (const module of records) modules.set(module.name, await module.export(environmentId, playerId));
    await audit.record({ environmentId, actor, action: "player.exported", subject: subjectOf(playerId) });
    return packArchive({ environmentId, playerId, exportedAt: new Date(this.#now()) }, modules);
  }

  /**
   * Schedules the player's deletion; a second time changes nothing. Other sessions of the player end. Throws `auth.invalid`
   * when there is no such player.
   */
  async requestDeletion(
    environmentId: EnvironmentId,
    playerId: string,
    actor: Actor,
    exceptSessionId?: string,
  ): Promise<ScheduledDeletion> {
    const { store, audit, metrics, graceDays, leaving } = this.#deps;
    const requestedAt = new Date(this.#now());
    const wanted: Deletion = {
      environmentId,
      playerId,
      requestedAt,
      dueAt: new Date(requestedAt.getTime() + graceDays * DAY_MS),
    };
    const isNew = await this.#ofPlayer(() =>
      store.transaction(async (tx) => {
        if (!(await store.add(wanted, tx))) return false;
        const after = { deletesAt: wanted.dueAt.toISOString() };
        const subject = subjectOf(playerId);
        await audit.record({ environmentId, actor, action: "player.deletion_scheduled", subject, after }, tx);
        return true;
      }),
    );
    if (isNew) {
      metrics.playerDeletions.inc({ event: "scheduled" });
      await leaving?.endSessions?.(environmentId, playerId, exceptSessionId);
      await leaving?.notify?.(environmentId, playerId, wanted.dueAt);
    }
    const scheduled = isNew ? wanted : ((await store.find(environmentId, playerId)) ?? wanted);
    return toScheduled(scheduled);
  }

  /** Takes the player's deletion back, if one is scheduled, and says whether one was. */
  async undoDeletion(environmentId: EnvironmentId, playerId: string, actor: Actor): Promise<boolean> {
    const { store, audit, metrics } = this.#deps;
    const wasScheduled = await store.transaction(async (tx) => {
      if (!(await store.remove(environmentId, playerId, tx))) return false;
      const subject = subjectOf(playerId);
      await audit.record({ environmentId, actor, action: "player.deletion_undone", subject }, tx);
      return true;
    });
    if (wasScheduled) metrics.playerDeletions.inc({ event: "undone" });
    return wasScheduled;
  }

  /** Call it when a player has signed in: whoever comes back within the grace period stays. */
  async signedIn(environmentId: EnvironmentId, playerId: string): Promise<void> {
    if (!(await this.isLeaving(environmentId, playerId))) return;
    await this.undoDeletion(environmentId, playerId, { kind: "player", id: playerId });
  }

  /** Whether the player is about to be deleted. */
  async isLeaving(environmentId: EnvironmentId, playerId: string): Promise<boolean> {
    return (await this.#deps.store.find(environmentId, playerId)) !== undefined;
  }

  /**
   * Deletes players whose time has come, and says how many; at most `MAX_SWEPT` are tried. Each one goes in a transaction of its own,
   * all or nothing; one that fails is logged and tried again later, and holds up no other.
   */
  async sweep(): Promise<number> {
    const { metrics, log, store } = this.#deps;
    let deleted = 0;
    for (let tried = 0; tried < MAX_SWEPT; tried += 1) {
      let claimed: Deletion | undefined;
      try {
        claimed = await this.#deleteNext((deletion) => {
          claimed = deletion;
        });
        if (claimed === undefined) return deleted;
        deleted += 1;
        metrics.playerDeletions.inc({ event: "deleted" });
      } catch (error) {
        if (claimed === undefined || (error instanceof AppError && error.code === "service.unavailable")) throw error;
        metrics.playerDeletions.inc({ event: "failed" });
        const { environmentId: environment, playerId } = claimed;
        log.error({ event: "player.deletion_failed", environment, playerId, err: error });
        await store.retryAt(environment, playerId, new Date(this.#now() + RETRY_MS));
      }
    }
    return deleted;
  }

  /** Claims and deletes one player; undefined when none is due. `onClaimed` hears of it before anything can fail. */
  #deleteNext(onClaimed: (deletion: Deletion) => void): Promise<Deletion | undefined> {
    const { store, records, audit } = this.#deps;
    return store.transaction(async (tx) => {
      const due = await store.claimDue(new Date(this.#now()), tx);
      if (due === undefined) return undefined;
      onClaimed(due);
      const { environmentId, playerId } = due;
      for (const module of records) await module.delete(environmentId, playerId, tx);
      const subject = subjectOf(playerId);
      await audit.record({ environmentId, actor: SWEEP, action: "player.deleted", subject }, tx);
      return due;
    });
  }

  async #ofPlayer<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (databaseErrorCode(error) !== FOREIGN_KEY_VIOLATION) throw error;
      throw gone(error);
    }
  }
}

function toScheduled({ playerId, requestedAt, dueAt }: Deletion): ScheduledDeletion {
  return { playerId, requestedAt: requestedAt.toISOString(), deletesAt: dueAt.toISOString() };
}

function gone(cause?: unknown): AppError {
  return new AppError("auth.invalid", "The player of this token does not exist. Sign in again.", { cause });
}

function subjectOf(playerId: string): string {
  return `player/${playerId}`;
}
