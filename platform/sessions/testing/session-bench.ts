// A session service whose clock, notices and evictions are in a test's hands.
import type { EndedSession } from "../../../shared/schema/platform/index.ts";
import { FIRST_ENVIRONMENT } from "../../../shared/schema/platform/index.ts";
import { player } from "../../accounts/schema.ts";
import { uuidV7 } from "../../accounts/uuid-v7.ts";
import type { Database } from "../../db/database.ts";
import { Metrics } from "../../ops/metrics.ts";
import { MemoryAuditLog } from "../../testing/memory-audit-log.ts";
import { EndedSessions } from "../ended-sessions.ts";
import { LiveSessions } from "../live-sessions.ts";
import { type BanCheck, SessionService } from "../service.ts";
import type { SessionStore } from "../store.ts";

/** How long a replaced token may be sent again in a bench. */
export const GRACE_MS = 10_000;

const metrics = new Metrics();
metrics.close();
const DAY_MS = 86_400_000;

/** Nobody is banned. */
export const NO_BANS: BanCheck = { check: async () => undefined };

/** A service over a store. Time stands still until the test moves it. */
export class SessionBench {
  nowMs = 1_800_000_000_000;
  readonly times = { idleMs: 30 * DAY_MS, maxMs: 200 * DAY_MS, graceMs: GRACE_MS };
  readonly store: SessionStore;
  readonly live: LiveSessions;
  readonly sessions: SessionService;
  readonly audit = new MemoryAuditLog();
  readonly notices: { playerId: string; kind: string }[] = [];
  readonly evicted: EndedSession[] = [];

  constructor(store: SessionStore, bans: BanCheck = NO_BANS) {
    this.store = store;
    this.live = this.liveSessions();
    this.sessions = new SessionService({
      store,
      tokens: { signAccessToken: async () => ({ accessToken: "an access token", expiresIn: 900 }) },
      bans,
      live: this.live,
      evictor: { evict: (_, sessions) => void this.evicted.push(...sessions) },
      notices: { tell: async (_, playerId, kind) => void this.notices.push({ playerId, kind }) },
      audit: this.audit,
      metrics,
      times: this.times,
      now: () => this.nowMs,
    });
  }

  /** What another process knows of the sessions. */
  liveSessions(): LiveSessions {
    const tokens = { verifyAccessToken: () => Promise.reject(new Error("A bench has no tokens.")) };
    return new LiveSessions({ tokens, store: this.store, now: () => this.nowMs });
  }

  /** The list of ended sessions, with nothing remembered. */
  ended(): EndedSessions {
    return new EndedSessions(this.store, () => this.nowMs);
  }
}

/** Adds a player of the first environment. */
export async function addPlayer(database: Database): Promise<string> {
  const id = uuidV7();
  await database.query((db) =>
    db.insert(player).values({ environmentId: FIRST_ENVIRONMENT, id, displayName: "Nimble Otter 42" }),
  );
  return id;
}
