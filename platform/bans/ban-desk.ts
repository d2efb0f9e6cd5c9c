// Where operators place, change and lift bans. Placing one ends the sessions it is for, in the same transaction.
import { AppError } from "../../shared/schema/errors.ts";
import type { BanChange, BanRequest, BanTarget, EnvironmentId } from "../../shared/schema/platform/index.ts";
import { uuidV7 } from "../accounts/uuid-v7.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import { databaseErrorCode, FOREIGN_KEY_VIOLATION } from "../db/database.ts";
import type { Actor } from "../environments/credential.ts";
import { cidrOf, RANGE_PREFIX } from "../sessions/network-address.ts";
import type { SessionFilter, SessionService } from "../sessions/service.ts";
import { banNotFound } from "./service.ts";
import type { BanStore, StoredBan } from "./store.ts";

/** What `BanDesk` needs. `now` is the clock in milliseconds since 1970. */
export interface BanDeskDeps {
  readonly store: BanStore;
  readonly sessions: Pick<SessionService, "find" | "endWithin" | "endRest" | "announce">;
  readonly audit: AuditLog;
  readonly now?: () => number;
}

/** Places, changes and lifts bans. */
export class BanDesk {
  readonly #deps: BanDeskDeps;
  readonly #now: () => number;

  constructor(deps: BanDeskDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
  }

  /**
   * Places a ban, and ends at once whatever sessions it is for. Throws `player.not_found`, `session.not_found`, and
   * `request.invalid` for a range that is too wide, a session without a device, or an end that has passed.
   */
  async place(environmentId: EnvironmentId, request: BanRequest, actor: Actor): Promise<StoredBan> {
    const { store, sessions, audit } = this.#deps;
    const now = this.#now();
    const { columns, filter } = await this.#resolve(environmentId, request.target);
    const placed: StoredBan = {
      id: uuidV7(now),
      playerId: null,
      deviceHash: null,
      addressRange: null,
      ...columns,
      reason: request.reason,
      appealNote: request.appealNote ?? null,
      createdAt: new Date(now),
      createdBy: `${actor.kind}/${actor.id}`,
      expiresAt: this.#endOf(request.expiresAt),
      liftedAt: null,
      liftedBy: null,
    };
    const ended = await this.#knowingPlayers(
      store.transaction(async (tx) => {
        await store.add(environmentId, placed, tx);
        await audit.record(
          { environmentId, actor, action: "ban.placed", subject: subjectOf(placed), after: shownOf(placed) },
          tx,
        );
        return sessions.endWithin(tx, environmentId, filter, "banned");
      }),
    );
    sessions.announce(environmentId, ended);
    // Also what began while the transaction was open: from here on a sign-in sees the ban.
    await sessions.endRest(environmentId, filter, "banned");
    return placed;
  }

  /** Changes reason, appeal note or end. Throws `ban.not_found` and `request.invalid`. */
  async change(environmentId: EnvironmentId, banId: string, change: BanChange, actor: Actor): Promise<StoredBan> {
    const { reason, appealNote, expiresAt } = change;
    const changes = {
      ...(reason === undefined ? {} : { reason }),
      ...(appealNote === undefined ? {} : { appealNote }),
      ...(expiresAt === undefined ? {} : { expiresAt: this.#endOf(expiresAt ?? undefined) }),
    };
    return this.#update(environmentId, banId, changes, "ban.changed", actor);
  }

  /** Lifts a ban: from now on it keeps nobody out. Throws `ban.not_found`, also for one that was lifted before. */
  async lift(environmentId: EnvironmentId, banId: string, actor: Actor): Promise<void> {
    const changes = { liftedAt: new Date(this.#now()), liftedBy: `${actor.kind}/${actor.id}` };
    await this.#update(environmentId, banId, changes, "ban.lifted", actor);
  }

  #update(
    environmentId: EnvironmentId,
    banId: string,
    changes: Parameters<BanStore["change"]>[2],
    action: string,
    actor: Actor,
  ): Promise<StoredBan> {
    const { store, audit } = this.#deps;
    return store.transaction(async (tx) => {
      const before = await store.find(environmentId, banId, tx);
      if (before === undefined || before.liftedAt !== null) throw banNotFound();
      const after = Object.keys(changes).length === 0 ? before : await store.change(environmentId, banId, changes, tx);
      if (after === undefined) throw banNotFound();
      const change = { before: shownOf(before), after: shownOf(after) };
      await audit.record({ environmentId, actor, action, subject: subjectOf(after), ...change }, tx);
      return after;
    });
  }

  async #resolve(
    environmentId: EnvironmentId,
    target: BanTarget,
  ): Promise<{ columns: Pick<StoredBan, "kind"> & Partial<StoredBan>; filter: SessionFilter }> {
    const { kind } = target;
    if (kind === "account") {
      const { playerId } = target;
      return { columns: { kind, playerId }, filter: { playerId } };
    }
    if (kind === "device") {
      const { deviceHash } = await this.#deps.sessions.find(environmentId, target.sessionId);
      if (deviceHash === undefined) {
        throw invalid("target.sessionId", "must be a session that names its device; ban the account or the address");
      }
      return { columns: { kind, deviceHash }, filter: { deviceHash } };
    }
    const addressRange = cidrOf(target.range);
    if (addressRange === undefined) {
      const { ipv4, ipv6 } = RANGE_PREFIX;
      throw invalid(
        "target.range",
        `must be an address or a range of IPv4 from /${ipv4.min} or IPv6 from /${ipv6.min}, e.g. 203.0.113.0/24`,
      );
    }
    return { columns: { kind, addressRange }, filter: { addressRange } };
  }

  #endOf(expiresAt: string | undefined): Date | null {
    if (expiresAt === undefined) return null;
    const end = new Date(expiresAt);
    if (!(end.getTime() > this.#now()))
      throw invalid("expiresAt", "must be in the future, or left out for a ban for good");
    return end;
  }

  async #knowingPlayers<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      if (databaseErrorCode(error) !== FOREIGN_KEY_VIOLATION) throw error;
      throw new AppError("player.not_found", "There is no player of this id in this environment.");
    }
  }
}

/** For the audit log, which people read: without the hash of a device's secret. */
function shownOf({ deviceHash: _, ...shown }: StoredBan): Omit<StoredBan, "deviceHash"> {
  return shown;
}

function subjectOf({ kind, id, playerId }: StoredBan): string {
  return kind === "account" ? `player/${playerId}` : `ban/${id}`;
}

function invalid(field: string, message: string): AppError {
  return new AppError("request.invalid", `Correct and send again: ${field}.`, { errors: [{ field, message }] });
}
