// Sessions that have ended: their players' connections are closed, their seats given up, and their tickets refused.
import { type AnyGameRoom, ENDED_SESSION_MEMORY_MS } from "../../rooms/kit/index.ts";
import type { EndedSession, SessionEndReason } from "../../shared/schema/platform/index.ts";

/** Most ended sessions that are remembered; past that, the oldest is forgotten early. */
export const MAX_REMEMBERED_SESSIONS = 100_000;

/** What the desk needs of the process. */
export interface EvictionDeskOptions {
  readonly rooms: Iterable<AnyGameRoom>;
  /** Called with how many connections and waiting seats were given up for a reason. */
  readonly onClosed: (reason: SessionEndReason, count: number) => void;
  /** The clock in milliseconds. */
  readonly now?: () => number;
}

/** Takes the news of ended sessions, as often as they come: the second time changes nothing. */
export class EvictionDesk {
  readonly #options: EvictionDeskOptions;
  readonly #now: () => number;
  /** Why each session ended and until when that is remembered, oldest first. */
  readonly #ended = new Map<string, { reason: SessionEndReason; untilMs: number }>();

  constructor(options: EvictionDeskOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** How many sessions are remembered. */
  get size(): number {
    return this.#ended.size;
  }

  /** Why this session ended, if it has and that is not long ago. */
  reasonOf(sessionId: string): SessionEndReason | undefined {
    return this.#ended.get(sessionId)?.reason;
  }

  /** Closes every connection and gives up every seat of these sessions. Returns how many. */
  evict(sessions: readonly EndedSession[]): number {
    const fresh = new Map<string, SessionEndReason>();
    for (const { sessionId, reason } of sessions) if (!this.#ended.has(sessionId)) fresh.set(sessionId, reason);
    if (fresh.size === 0) return 0;
    this.#remember(fresh);
    let closed = 0;
    for (const room of this.#options.rooms) {
      for (const [reason, count] of room.evict(fresh)) {
        this.#options.onClosed(reason, count);
        closed += count;
      }
    }
    return closed;
  }

  #remember(fresh: ReadonlyMap<string, SessionEndReason>): void {
    const now = this.#now();
    for (const [sessionId, reason] of fresh)
      this.#ended.set(sessionId, { reason, untilMs: now + ENDED_SESSION_MEMORY_MS });
    for (const [sessionId, { untilMs }] of this.#ended) {
      if (untilMs > now && this.#ended.size <= MAX_REMEMBERED_SESSIONS) break;
      this.#ended.delete(sessionId);
    }
  }
}
