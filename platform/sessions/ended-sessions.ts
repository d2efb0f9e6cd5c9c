// The list of ended sessions as game servers read it: a page with every heartbeat, from where each has read to.
import { AppError } from "../../shared/schema/errors.ts";
import {
  type EnvironmentId,
  type HeartbeatResponse,
  MAX_EVICTIONS_PER_HEARTBEAT,
} from "../../shared/schema/platform/index.ts";
import type { EndedPosition, SessionStore } from "./store.ts";

/**
 * How far every page reaches back behind the present, in milliseconds: longer than a statement may take to commit and the
 * clocks of two processes may differ, so that no late row is passed over. Being told twice does no harm.
 */
export const OVERLAP_MS = 10_000;

/** How far back a game server without a cursor is told: it has no seats yet, but tickets may be on their way to it. */
export const FIRST_PAGE_MS = 120_000;

/** For how long one reading serves every game server that has read to the same place. */
const MEMO_MS = 250;

/** Most readings that are kept. */
const MAX_MEMOS = 1_000;

/** Cursors are rounded to this, so that game servers in step ask the same question. */
const CURSOR_STEP_MS = 1_000;

/** Longest that a heartbeat waits for this; the next one brings it. */
const DEADLINE_MS = 500;

const NOTHING: HeartbeatResponse = { endedSessions: [], hasMore: false };

/** Reads pages of ended sessions. `now` is the clock in milliseconds since 1970. */
export class EndedSessions {
  readonly #store: Pick<SessionStore, "endedSince">;
  readonly #now: () => number;
  /** Readings by environment and cursor, oldest first. */
  readonly #memos = new Map<string, { readonly atMs: number; readonly page: Promise<HeartbeatResponse> }>();

  constructor(store: Pick<SessionStore, "endedSince">, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /**
   * What ended since the cursor. While the database is away or slow, nothing and no new cursor: a game server's heartbeat
   * counts all the same, and what it missed comes later.
   */
  async since(environmentId: EnvironmentId, cursor: string | undefined): Promise<HeartbeatResponse> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<HeartbeatResponse>((resolve) => {
      timer = setTimeout(() => resolve(NOTHING), DEADLINE_MS);
    });
    try {
      return await Promise.race([this.#memoized(environmentId, cursor), deadline]);
    } catch (error) {
      if (error instanceof AppError && error.code === "service.unavailable") return NOTHING;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #memoized(environmentId: EnvironmentId, cursor: string | undefined): Promise<HeartbeatResponse> {
    const now = this.#now();
    for (const [key, { atMs }] of this.#memos) {
      if (now - atMs < MEMO_MS && this.#memos.size < MAX_MEMOS) break;
      this.#memos.delete(key);
    }
    const key = `${environmentId}:${cursor ?? ""}`;
    const memo = this.#memos.get(key);
    if (memo !== undefined) return memo.page;
    const page = this.#read(
      environmentId,
      cursor === undefined ? { atMs: now - FIRST_PAGE_MS } : positionOf(cursor),
      now,
    );
    this.#memos.set(key, { atMs: now, page });
    // Whoever waits hears of a failure; the memo alone must not make it an unhandled one, nor keep it.
    page.catch(() => this.#memos.delete(key));
    return page;
  }

  async #read(environmentId: EnvironmentId, after: EndedPosition, nowMs: number): Promise<HeartbeatResponse> {
    const rows = await this.#store.endedSince(environmentId, after, MAX_EVICTIONS_PER_HEARTBEAT);
    const endedSessions = rows.map(({ sessionId, reason }) => ({ sessionId, reason }));
    const last = rows[MAX_EVICTIONS_PER_HEARTBEAT - 1];
    if (last !== undefined) return { endedSessions, endedCursor: `${last.atMs}.${last.sessionId}`, hasMore: true };
    const step = Math.floor((nowMs - OVERLAP_MS) / CURSOR_STEP_MS) * CURSOR_STEP_MS;
    return { endedSessions, endedCursor: String(step), hasMore: false };
  }
}

function positionOf(cursor: string): EndedPosition {
  const [atMs = "0", sessionId] = cursor.split(".");
  return { atMs: Number(atMs), ...(sessionId === undefined ? {} : { sessionId }) };
}
