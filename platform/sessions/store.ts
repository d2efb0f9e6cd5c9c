// Reads and writes sessions.
import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lt, ne, type SQL, sql } from "drizzle-orm";
import type { EndedSession, EnvironmentId, SessionEndReason } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { session } from "./schema.ts";
import type { Rotated, TokenFamily } from "./token-family.ts";

/** Most sessions that one statement ends or removes. */
export const MAX_ENDED_AT_ONCE = 1_000;

/** Who and what a session is, beside its token family. Times are milliseconds since 1970. */
export interface SessionRecord {
  readonly id: string;
  readonly playerId: string;
  readonly provider: string;
  readonly deviceName: string | undefined;
  readonly deviceHash: string | undefined;
  /** An address, or for IPv6 a network: text that Postgres' `inet` takes. */
  readonly address: string | undefined;
  readonly userAgent: string | undefined;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number;
  readonly endReason: SessionEndReason | undefined;
}

/** A stored session. */
export type StoredSession = SessionRecord & TokenFamily;

/** Which sessions to end: of a player, of a device, or of all addresses in a range. */
export type SessionFilter =
  | { readonly playerId: string; readonly sessionId?: string; readonly exceptSessionId?: string }
  | { readonly deviceHash: string }
  | { readonly addressRange: string };

/** Whether a session lives. */
export interface SessionState {
  readonly playerId: string;
  readonly expiresAtMs: number;
  readonly endReason: SessionEndReason | undefined;
}

/** A place in the list of ended sessions, which is ordered by time and id. */
export interface EndedPosition {
  readonly atMs: number;
  readonly sessionId?: string;
}

/** What a refresh changes beside the family. */
export interface Use {
  readonly atMs: number;
  readonly expiresAtMs: number;
  readonly address: string | undefined;
  readonly userAgent: string | undefined;
}

/** Sessions of one environment. Throws `service.unavailable` while the database is away. */
export class SessionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds a new session. */
  async add(environmentId: EnvironmentId, added: StoredSession): Promise<void> {
    await this.#database.query((db) => db.insert(session).values({ environmentId, ...toRow(added) }));
  }

  /** The session with this id, ended or not. */
  async find(environmentId: EnvironmentId, sessionId: string): Promise<StoredSession | undefined> {
    const rows = await this.#database.query((db) => db.select().from(session).where(byId(environmentId, sessionId)));
    return rows[0] && fromRow(rows[0]);
  }

  /** Whether a session lives, in as little as that takes. */
  async state(environmentId: EnvironmentId, sessionId: string): Promise<SessionState | undefined> {
    const { playerId, expiresAt, endReason } = session;
    const rows = await this.#database.query((db) =>
      db.select({ playerId, expiresAt, endReason }).from(session).where(byId(environmentId, sessionId)),
    );
    const row = rows[0];
    return (
      row && { playerId: row.playerId, expiresAtMs: row.expiresAt.getTime(), endReason: row.endReason ?? undefined }
    );
  }

  /** Replaces the live token, if it is still the one of `from` and the session has not ended; says whether it did. */
  async rotate(
    environmentId: EnvironmentId,
    sessionId: string,
    from: Pick<TokenFamily, "generation" | "currentHash">,
    to: Rotated,
    use: Use,
  ): Promise<boolean> {
    const rows = await this.#database.query((db) =>
      db
        .update(session)
        .set({
          ...to,
          lastUsedAt: new Date(use.atMs),
          expiresAt: new Date(use.expiresAtMs),
          address: use.address ?? null,
          userAgent: use.userAgent ?? null,
        })
        .where(
          and(
            byId(environmentId, sessionId),
            eq(session.generation, from.generation),
            eq(session.currentHash, from.currentHash),
            isNull(session.endedAt),
          ),
        )
        .returning({ id: session.id }),
    );
    return rows.length > 0;
  }

  /** The player's living sessions, the last used first. */
  async living(environmentId: EnvironmentId, playerId: string, nowMs: number): Promise<StoredSession[]> {
    const rows = await this.#database.query((db) =>
      db
        .select()
        .from(session)
        .where(and(ofPlayer(environmentId, playerId), isNull(session.endedAt), gt(session.expiresAt, new Date(nowMs))))
        .orderBy(desc(session.lastUsedAt), desc(session.id)),
    );
    return rows.map(fromRow);
  }

  /** Everything that is stored of a player's sessions but the secrets of their tokens. */
  async ofPlayer(environmentId: EnvironmentId, playerId: string): Promise<StoredSession[]> {
    const rows = await this.#database.query((db) =>
      db.select().from(session).where(ofPlayer(environmentId, playerId)).orderBy(asc(session.createdAt)),
    );
    return rows.map(fromRow);
  }

  /**
   * Ends at most `MAX_ENDED_AT_ONCE` sessions that the filter names and that have not ended; returns those that it ended.
   * With `tx`, in that transaction.
   */
  end(
    environmentId: EnvironmentId,
    filter: SessionFilter,
    reason: SessionEndReason,
    nowMs: number,
    tx?: Executor,
  ): Promise<EndedSession[]> {
    return this.#endWhere(environmentId, (db) => livingIds(db, environmentId, matches(filter)), reason, nowMs, tx);
  }

  /** Ends the player's sessions beyond the `kept` that were used last. */
  endBeyond(
    environmentId: EnvironmentId,
    playerId: string,
    kept: number,
    reason: SessionEndReason,
    nowMs: number,
  ): Promise<EndedSession[]> {
    const beyond = (db: Executor) =>
      livingIds(db, environmentId, eq(session.playerId, playerId))
        .orderBy(desc(session.lastUsedAt), desc(session.id))
        .offset(kept);
    return this.#endWhere(environmentId, beyond, reason, nowMs);
  }

  /** The sessions that ended after a position, the first to end first. */
  async endedSince(
    environmentId: EnvironmentId,
    { atMs, sessionId }: EndedPosition,
    limit: number,
  ): Promise<(EndedSession & { atMs: number })[]> {
    const after = new Date(atMs).toISOString();
    const isAfter =
      sessionId === undefined
        ? sql`${session.endedAt} >= ${after}::timestamptz`
        : sql`(${session.endedAt}, ${session.id}) > (${after}::timestamptz, ${sessionId}::uuid)`;
    const rows = await this.#database.query((db) =>
      db
        .select({ sessionId: session.id, reason: session.endReason, endedAt: session.endedAt })
        .from(session)
        .where(and(eq(session.environmentId, environmentId), isNotNull(session.endedAt), isAfter))
        .orderBy(asc(session.endedAt), asc(session.id))
        .limit(limit),
    );
    return rows.map(({ sessionId: id, reason, endedAt }) => ({
      sessionId: id,
      reason: reason ?? "ended",
      atMs: endedAt?.getTime() ?? 0,
    }));
  }

  /** Removes some sessions that expired before `beforeMs`, in every environment; returns how many. */
  async removeExpired(beforeMs: number): Promise<number> {
    const rows = await this.#database.query((db) => {
      const old = db
        .select({ row: sql`ctid` })
        .from(session)
        .where(lt(session.expiresAt, new Date(beforeMs)))
        .limit(MAX_ENDED_AT_ONCE);
      return db.delete(session).where(inArray(sql`ctid`, old)).returning({ id: session.id });
    });
    return rows.length;
  }

  /** Removes everything of a player. */
  async removeOfPlayer(environmentId: EnvironmentId, playerId: string, tx: Executor): Promise<void> {
    await tx.delete(session).where(ofPlayer(environmentId, playerId));
  }

  async #endWhere(
    environmentId: EnvironmentId,
    idsOf: (db: Executor) => Pick<ReturnType<typeof livingIds>, "getSQL">,
    reason: SessionEndReason,
    nowMs: number,
    tx?: Executor,
  ): Promise<EndedSession[]> {
    const run = (db: Executor) =>
      db
        .update(session)
        .set({ endedAt: new Date(nowMs), endReason: reason })
        .where(and(eq(session.environmentId, environmentId), isNull(session.endedAt), inArray(session.id, idsOf(db))))
        .returning({ sessionId: session.id });
    const rows = await (tx === undefined ? this.#database.query(run) : run(tx));
    return rows.map(({ sessionId }) => ({ sessionId, reason }));
  }
}

/** At most `MAX_ENDED_AT_ONCE` ids of sessions that have not ended. */
function livingIds(db: Executor, environmentId: EnvironmentId, which: SQL | undefined) {
  return db
    .select({ id: session.id })
    .from(session)
    .where(and(eq(session.environmentId, environmentId), isNull(session.endedAt), which))
    .limit(MAX_ENDED_AT_ONCE)
    .$dynamic();
}

function byId(environmentId: EnvironmentId, sessionId: string) {
  return and(eq(session.environmentId, environmentId), eq(session.id, sessionId));
}

function ofPlayer(environmentId: EnvironmentId, playerId: string) {
  return and(eq(session.environmentId, environmentId), eq(session.playerId, playerId));
}

function matches(filter: SessionFilter): SQL | undefined {
  if ("deviceHash" in filter) return eq(session.deviceHash, filter.deviceHash);
  if ("addressRange" in filter) return sql`${session.address} <<= ${filter.addressRange}::cidr`;
  const { playerId, sessionId, exceptSessionId } = filter;
  return and(
    eq(session.playerId, playerId),
    sessionId === undefined ? undefined : eq(session.id, sessionId),
    exceptSessionId === undefined ? undefined : ne(session.id, exceptSessionId),
  );
}

function toRow(stored: StoredSession) {
  return {
    id: stored.id,
    playerId: stored.playerId,
    provider: stored.provider,
    deviceName: stored.deviceName ?? null,
    deviceHash: stored.deviceHash ?? null,
    address: stored.address ?? null,
    userAgent: stored.userAgent ?? null,
    familyKey: stored.familyKey.toString("base64url"),
    generation: stored.generation,
    currentHash: stored.currentHash,
    replacedAtMs: stored.replacedAtMs,
    createdAt: new Date(stored.createdAtMs),
    lastUsedAt: new Date(stored.lastUsedAtMs),
    expiresAt: new Date(stored.expiresAtMs),
    endedAt: stored.endedAtMs === undefined ? null : new Date(stored.endedAtMs),
    endReason: stored.endReason ?? null,
  };
}

function fromRow(row: typeof session.$inferSelect): StoredSession {
  return {
    id: row.id,
    playerId: row.playerId,
    provider: row.provider,
    deviceName: row.deviceName ?? undefined,
    deviceHash: row.deviceHash ?? undefined,
    address: row.address ?? undefined,
    userAgent: row.userAgent ?? undefined,
    familyKey: Buffer.from(row.familyKey, "base64url"),
    generation: row.generation,
    currentHash: row.currentHash,
    replacedAtMs: row.replacedAtMs,
    createdAtMs: row.createdAt.getTime(),
    lastUsedAtMs: row.lastUsedAt.getTime(),
    expiresAtMs: row.expiresAt.getTime(),
    endedAtMs: row.endedAt?.getTime(),
    endReason: row.endReason ?? undefined,
  };
}
