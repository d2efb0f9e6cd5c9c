// Reads and writes bans.
import { and, desc, eq, gt, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Database, Executor } from "../db/database.ts";
import { ban } from "./schema.ts";

/** A stored ban. */
export type StoredBan = Omit<typeof ban.$inferSelect, "environmentId">;

/** Who asks to come in, as bans are stored: a device by its hash, an address as Postgres' `inet`. */
export interface Visitor {
  readonly playerId?: string | undefined;
  readonly deviceHash?: string | undefined;
  readonly address?: string | undefined;
}

/** Which bans to list. `beforeId` is the id of the last one of the page before. */
export interface BanFilter {
  readonly playerId?: string | undefined;
  readonly isActiveOnly: boolean;
  readonly beforeId?: string | undefined;
  readonly limit: number;
}

/** Bans of one environment. Throws `service.unavailable` while the database is away. */
export class BanStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Runs `work` in one transaction. */
  transaction<Result>(work: (tx: Executor) => Promise<Result>): Promise<Result> {
    return this.#database.transaction(work);
  }

  /** Adds a ban. */
  async add(environmentId: EnvironmentId, added: StoredBan, tx: Executor): Promise<void> {
    await tx.insert(ban).values({ environmentId, ...added });
  }

  /** Changes a ban that has not been lifted; undefined when there is none. */
  async change(
    environmentId: EnvironmentId,
    banId: string,
    changes: Partial<Pick<StoredBan, "reason" | "appealNote" | "expiresAt" | "liftedAt" | "liftedBy">>,
    tx: Executor,
  ): Promise<StoredBan | undefined> {
    const rows = await tx
      .update(ban)
      .set(changes)
      .where(and(eq(ban.environmentId, environmentId), eq(ban.id, banId), isNull(ban.liftedAt)))
      .returning();
    return rows[0];
  }

  /** The ban with this id. With `tx`, locked until its end. */
  async find(environmentId: EnvironmentId, banId: string, tx?: Executor): Promise<StoredBan | undefined> {
    const where = and(eq(ban.environmentId, environmentId), eq(ban.id, banId));
    const rows = await (tx === undefined
      ? this.#database.query((db) => db.select().from(ban).where(where))
      : tx.select().from(ban).where(where).for("update"));
    return rows[0];
  }

  /** The ban in force that keeps this visitor out for the longest, or undefined. */
  async inForce(environmentId: EnvironmentId, visitor: Visitor, nowMs: number): Promise<StoredBan | undefined> {
    const { playerId, deviceHash, address } = visitor;
    const reasons = [
      playerId === undefined ? undefined : eq(ban.playerId, playerId),
      deviceHash === undefined ? undefined : eq(ban.deviceHash, deviceHash),
      address === undefined ? undefined : sql`${ban.addressRange} >>= ${address}::inet`,
    ].filter((reason) => reason !== undefined);
    if (reasons.length === 0) return undefined;
    const rows = await this.#database.query((db) =>
      db
        .select()
        .from(ban)
        .where(and(eq(ban.environmentId, environmentId), isActive(nowMs), or(...reasons)))
        .orderBy(sql`${ban.expiresAt} desc nulls first`)
        .limit(1),
    );
    return rows[0];
  }

  /** Bans, the newest first. */
  async list(environmentId: EnvironmentId, filter: BanFilter, nowMs: number): Promise<StoredBan[]> {
    const { playerId, isActiveOnly, beforeId, limit } = filter;
    return this.#database.query((db) =>
      db
        .select()
        .from(ban)
        .where(
          and(
            eq(ban.environmentId, environmentId),
            playerId === undefined ? undefined : eq(ban.playerId, playerId),
            isActiveOnly ? isActive(nowMs) : undefined,
            beforeId === undefined ? undefined : lt(ban.id, beforeId),
          ),
        )
        .orderBy(desc(ban.id))
        .limit(limit),
    );
  }
}

function isActive(nowMs: number): SQL | undefined {
  return and(isNull(ban.liftedAt), or(isNull(ban.expiresAt), gt(ban.expiresAt, new Date(nowMs))));
}
