// Puts sessions, bans and the right to leave together, out of what main.ts chose. Importing this does nothing.
import { PlayerNames } from "./accounts/player-names.ts";
import type { SessionStarter } from "./accounts/session-starter.ts";
import type { AuditLog } from "./audit/audit-log.ts";
import { BanDesk } from "./bans/ban-desk.ts";
import { BanService } from "./bans/service.ts";
import { BanStore } from "./bans/store.ts";
import type { Database } from "./db/database.ts";
import type { EphemeralStore } from "./ephemeral/store.ts";
import type { Log } from "./ops/log.ts";
import type { Metrics } from "./ops/metrics.ts";
import { allPlayerRecords } from "./privacy/all-player-records.ts";
import { DeletionSweep } from "./privacy/deletion-sweep.ts";
import { PrivacyService } from "./privacy/service.ts";
import { DeletionStore } from "./privacy/store.ts";
import { EndedSessions } from "./sessions/ended-sessions.ts";
import type { Evictor } from "./sessions/evictor.ts";
import { LiveSessions } from "./sessions/live-sessions.ts";
import type { SecurityNotices } from "./sessions/security-notices.ts";
import { SessionService, type SessionServiceDeps } from "./sessions/service.ts";
import { SessionSweep } from "./sessions/session-sweep.ts";
import { SessionStore } from "./sessions/store.ts";
import type { TokenService } from "./tokens/service.ts";

/** What sessions stand on. */
export interface SessionsDeps {
  readonly database: Database;
  readonly ephemeral: EphemeralStore;
  readonly tokens: TokenService;
  readonly evictor: Evictor;
  readonly notices: SecurityNotices;
  readonly audit: AuditLog;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly times: SessionServiceDeps["times"];
  /** How long a player who asked to be deleted may take it back. */
  readonly graceDays: number;
}

/** Sessions, and who ends them. Call `sweeps.start()` when the platform listens, and `sweeps.stop()` at its end. */
export interface SessionParts {
  readonly sessions: SessionService;
  /** Begins sessions as `sessions` does, and takes the deletion of whoever signs in back. */
  readonly starter: SessionStarter;
  readonly live: LiveSessions;
  readonly endedSessions: EndedSessions;
  readonly bans: BanService;
  readonly banDesk: BanDesk;
  readonly names: PlayerNames;
  readonly privacy: PrivacyService;
  readonly sweeps: { start(): void; stop(): Promise<void> };
}

/** Makes them. */
export function assembleSessions(deps: SessionsDeps): SessionParts {
  const { database, ephemeral, tokens, notices, audit, metrics, log } = deps;
  const store = new SessionStore(database);
  const live = new LiveSessions({ tokens, store });
  const banStore = new BanStore(database);
  const bans = new BanService(banStore);
  const sessions = new SessionService({ ...deps, store, bans, live });
  const names = new PlayerNames(database);
  const privacy = new PrivacyService({
    store: new DeletionStore(database),
    names,
    records: allPlayerRecords(database, ephemeral),
    audit,
    metrics,
    log,
    graceDays: deps.graceDays,
    leaving: {
      endSessions: async (environmentId, playerId, exceptSessionId) => {
        await sessions.endAll(environmentId, playerId, "account_closed", exceptSessionId ? { exceptSessionId } : {});
      },
      notify: (environmentId, playerId, deletesAt) =>
        notices.tell(environmentId, playerId, "deletion-scheduled", { whenMs: deletesAt.getTime() }),
    },
  });
  const starter: SessionStarter = {
    start: async (environmentId, playerId, origin) => {
      await privacy.signedIn(environmentId, playerId);
      return sessions.start(environmentId, playerId, origin);
    },
    endAll: sessions.endAll.bind(sessions),
  };
  const endedSessions = new EndedSessions(store);
  const banDesk = new BanDesk({ store: banStore, sessions, audit });
  const sweeps = assembleSweeps(new SessionSweep(store, log), new DeletionSweep(privacy, log));
  return { sessions, starter, live, endedSessions, bans, banDesk, names, privacy, sweeps };
}

/** The one of sessions is started; that of deletions runs from its making. */
function assembleSweeps(ofSessions: SessionSweep, ofDeletions: DeletionSweep): SessionParts["sweeps"] {
  return {
    start: () => ofSessions.start(),
    stop: async () => {
      await ofSessions.stop();
      await ofDeletions.stop();
    },
  };
}
