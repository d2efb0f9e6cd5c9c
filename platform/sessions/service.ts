// Sessions: begun by a sign-in, kept by refresh tokens, and ended at once everywhere.
import { createHash } from "node:crypto";
import { AppError } from "../../shared/schema/errors.ts";
import {
  DEVICE_NAME_MAX_LENGTH,
  type EndedSession,
  type EnvironmentId,
  type SessionEndReason,
  type SignInResponse,
} from "../../shared/schema/platform/index.ts";
import { uuidV7 } from "../accounts/uuid-v7.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Executor } from "../db/database.ts";
import type { Actor } from "../environments/credential.ts";
import type { Metrics } from "../ops/metrics.ts";
import type { TokenService } from "../tokens/service.ts";
import type { Evictor } from "./evictor.ts";
import type { LiveSessions } from "./live-sessions.ts";
import { inetOf } from "./network-address.ts";
import { firstRefreshToken, hashOf, newFamilyKey, parseRefreshToken, type RefreshToken } from "./refresh-token.ts";
import type { SecurityNotices } from "./security-notices.ts";
import { sessionEnded } from "./session-ended.ts";
import { MAX_ENDED_AT_ONCE, type SessionFilter, type SessionStore, type StoredSession } from "./store.ts";
import { judge } from "./token-family.ts";

export type { SessionFilter, StoredSession } from "./store.ts";

/** Most living sessions of one player; one more ends the one that was not used for the longest. */
export const MAX_SESSIONS_PER_PLAYER = 20;

/** Longest user agent that is kept, in characters. */
const USER_AGENT_MAX_LENGTH = 256;

/** Most times a refresh is judged anew because another one of the same family came first. */
const MAX_ATTEMPTS = 5;

/** How long sessions last, in milliseconds. */
export interface SessionTimes {
  /** Without a refresh. */
  readonly idleMs: number;
  /** Whatever happens. */
  readonly maxMs: number;
  /** How long a replaced refresh token may be sent again. */
  readonly graceMs: number;
}

/** Where a sign-in comes from. `deviceId` is the device's own secret and is stored as a hash. */
export interface SignInOrigin {
  readonly provider: string;
  readonly address: string;
  readonly deviceName?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** Where a refresh comes from. */
export type RefreshOrigin = Pick<SignInOrigin, "address" | "userAgent">;

/** Says who may not come in. */
export interface BanCheck {
  /** Throws `account.banned`. */
  check(
    environmentId: EnvironmentId,
    who: { playerId?: string; deviceId?: string; deviceHash?: string; address?: string },
  ): Promise<void>;
}

/** What `SessionService` needs. `now` is the clock in milliseconds since 1970. */
export interface SessionServiceDeps {
  readonly store: Pick<SessionStore, "add" | "find" | "living" | "rotate" | "end" | "endBeyond">;
  readonly tokens: Pick<TokenService, "signAccessToken">;
  readonly bans: BanCheck;
  readonly live: Pick<LiveSessions, "noteEnded">;
  readonly evictor: Evictor;
  readonly notices: SecurityNotices;
  readonly audit: AuditLog;
  readonly metrics: Pick<Metrics, "refreshes" | "sessionsEnded">;
  readonly times: SessionTimes;
  readonly now?: () => number;
}

/** Begins, refreshes, lists and ends sessions. */
export class SessionService {
  readonly #deps: SessionServiceDeps;
  readonly #now: () => number;

  constructor(deps: SessionServiceDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
  }

  /** Begins a session for a player who has just proven who they are. Throws `account.banned`. */
  async start(environmentId: EnvironmentId, playerId: string, origin: SignInOrigin): Promise<SignInResponse> {
    const { bans, store } = this.#deps;
    const { address, deviceId, deviceName } = origin;
    const who = { playerId, address, ...(deviceId === undefined ? {} : { deviceId }) };
    await bans.check(environmentId, who);
    const now = this.#now();
    const id = uuidV7(now);
    const familyKey = newFamilyKey();
    const token = firstRefreshToken(id, familyKey);
    const started: StoredSession = {
      id,
      playerId,
      provider: origin.provider,
      deviceName: deviceName?.trim().slice(0, DEVICE_NAME_MAX_LENGTH) || undefined,
      deviceHash: deviceId === undefined ? undefined : deviceHashOf(deviceId),
      ...storedOrigin(origin),
      familyKey,
      generation: token.generation,
      currentHash: hashOf(token),
      replacedAtMs: [],
      createdAtMs: now,
      lastUsedAtMs: now,
      expiresAtMs: this.#expiryOf(now, now),
      endedAtMs: undefined,
      endReason: undefined,
    };
    await store.add(environmentId, started);
    this.announce(
      environmentId,
      await store.endBeyond(environmentId, playerId, MAX_SESSIONS_PER_PLAYER, "too_many", now),
    );
    try {
      // Again, now that the session is there: a ban that is placed from here on finds it and ends it.
      await bans.check(environmentId, who);
    } catch (error) {
      await this.#end(environmentId, { playerId, sessionId: id }, "banned");
      throw error;
    }
    return this.#answer(environmentId, started, token, started.expiresAtMs);
  }

  /**
   * Takes a refresh token and gives the next one with a new access token. The same token sent again within the grace gets the
   * same answer; after it, it ends the session. Throws `auth.invalid`, `auth.expired`, `auth.session_ended`,
   * `account.banned` and `request.rate_limited`.
   */
  async refresh(environmentId: EnvironmentId, text: string, origin: RefreshOrigin): Promise<SignInResponse> {
    const token = parseRefreshToken(text);
    for (let attempt = 0; token !== undefined && attempt < MAX_ATTEMPTS; attempt += 1) {
      const found = await this.#deps.store.find(environmentId, token.sessionId);
      if (found === undefined) break;
      const answer = await this.#refreshOnce(environmentId, found, token, origin);
      if (answer !== undefined) return answer;
      if (attempt === MAX_ATTEMPTS - 1)
        throw new AppError("service.unavailable", "The session keeps changing. Try again.");
    }
    this.#deps.metrics.refreshes.inc({ outcome: "unknown" });
    throw unknownToken();
  }

  /** Ends the session of a refresh token, whichever of its tokens that is. Another text is no error: it is signed out. */
  async signOut(environmentId: EnvironmentId, text: string): Promise<void> {
    const token = parseRefreshToken(text);
    const found = token && (await this.#deps.store.find(environmentId, token.sessionId));
    if (token === undefined || found === undefined) return;
    const verdict = judge(found, token, this.#now(), this.#deps.times.graceMs);
    if (verdict.kind === "unknown") return;
    await this.#end(environmentId, { playerId: found.playerId, sessionId: found.id }, "signed_out");
  }

  /** The player's living sessions, the last used first. */
  list(environmentId: EnvironmentId, playerId: string): Promise<StoredSession[]> {
    return this.#deps.store.living(environmentId, playerId, this.#now());
  }

  /** The session of this id, ended or not. Throws `session.not_found`. */
  async find(environmentId: EnvironmentId, sessionId: string): Promise<StoredSession> {
    const found = await this.#deps.store.find(environmentId, sessionId);
    if (found === undefined) throw notFound();
    return found;
  }

  /** Ends one living session of the player. Throws `session.not_found`. */
  async end(
    environmentId: EnvironmentId,
    playerId: string,
    sessionId: string,
    reason: SessionEndReason = "ended",
  ): Promise<void> {
    const ended = await this.#end(environmentId, { playerId, sessionId }, reason);
    if (ended.length === 0) throw notFound();
  }

  /** Ends every session of the player, or every other one; returns how many. */
  async endAll(
    environmentId: EnvironmentId,
    playerId: string,
    reason: SessionEndReason,
    options: { exceptSessionId?: string; actor?: Actor } = {},
  ): Promise<number> {
    const { exceptSessionId, actor } = options;
    const filter = { playerId, ...(exceptSessionId === undefined ? {} : { exceptSessionId }) };
    const ended = await this.#end(environmentId, filter, reason);
    await this.#deps.audit.record({
      environmentId,
      actor: actor ?? { kind: "player", id: playerId },
      action: "session.all_ended",
      subject: `player/${playerId}`,
      after: { reason, count: ended.length },
    });
    return ended.length;
  }

  /**
   * Ends what the filter names inside somebody's transaction, at most `MAX_ENDED_AT_ONCE`. After its commit, give the result
   * to `announce`, and call `endRest` for what was more.
   */
  endWithin(
    tx: Executor,
    environmentId: EnvironmentId,
    filter: SessionFilter,
    reason: SessionEndReason,
  ): Promise<EndedSession[]> {
    return this.#deps.store.end(environmentId, filter, reason, this.#now(), tx);
  }

  /** Ends all that the filter still names, piece by piece. */
  async endRest(environmentId: EnvironmentId, filter: SessionFilter, reason: SessionEndReason): Promise<void> {
    await this.#end(environmentId, filter, reason);
  }

  /** Tells this process and the game servers of sessions that have ended for good. */
  announce(environmentId: EnvironmentId, ended: readonly EndedSession[]): void {
    if (ended.length === 0) return;
    const { live, evictor, metrics } = this.#deps;
    live.noteEnded(environmentId, ended);
    evictor.evict(environmentId, ended);
    for (const { reason } of ended) metrics.sessionsEnded.inc({ reason });
  }

  async #refreshOnce(
    environmentId: EnvironmentId,
    found: StoredSession,
    token: RefreshToken,
    origin: RefreshOrigin,
  ): Promise<SignInResponse | undefined> {
    const { store, bans, metrics, times } = this.#deps;
    const now = this.#now();
    const verdict = judge(found, token, now, times.graceMs);
    switch (verdict.kind) {
      case "unknown":
        metrics.refreshes.inc({ outcome: "unknown" });
        throw unknownToken();
      case "reused":
        metrics.refreshes.inc({ outcome: "reused" });
        return this.#onTheft(environmentId, found);
      case "expired":
        metrics.refreshes.inc({ outcome: "expired" });
        throw new AppError("auth.expired", "The session was not used for too long. Sign in again.");
      case "too_fast":
        throw new AppError(
          "request.rate_limited",
          `This session was refreshed many times just now. Try again in ${Math.ceil(verdict.retryAfterMs / 1_000)} s.`,
        );
    }
    const who = found.deviceHash === undefined ? {} : { deviceHash: found.deviceHash };
    await bans.check(environmentId, { playerId: found.playerId, address: origin.address, ...who });
    if (verdict.kind === "ended") {
      metrics.refreshes.inc({ outcome: "ended" });
      throw sessionEnded(found.endReason);
    }
    let { expiresAtMs } = found;
    if (verdict.kind === "rotate") {
      expiresAtMs = this.#expiryOf(now, found.createdAtMs);
      const use = { atMs: now, expiresAtMs, ...storedOrigin(origin) };
      if (!(await store.rotate(environmentId, found.id, found, verdict.next, use))) return undefined;
    }
    metrics.refreshes.inc({ outcome: verdict.kind === "rotate" ? "rotated" : "repeated" });
    return this.#answer(environmentId, found, verdict.successor, expiresAtMs);
  }

  /** Whoever is first here ends the family and tells the player; nobody who holds a token of it gets another. */
  async #onTheft(environmentId: EnvironmentId, { id, playerId, deviceName }: StoredSession): Promise<never> {
    const { audit, notices } = this.#deps;
    const ended = await this.#end(environmentId, { playerId, sessionId: id }, "refresh_reused");
    if (ended.length > 0) {
      await audit.record({
        environmentId,
        actor: { kind: "system", id: "sessions" },
        action: "session.token_reused",
        subject: `player/${playerId}`,
        after: { sessionId: id, endReason: "refresh_reused" },
      });
      await notices.tell(environmentId, playerId, "refresh-token-reused", { device: deviceName, whenMs: this.#now() });
    }
    throw sessionEnded("refresh_reused");
  }

  async #end(environmentId: EnvironmentId, filter: SessionFilter, reason: SessionEndReason): Promise<EndedSession[]> {
    const all: EndedSession[] = [];
    for (;;) {
      const ended = await this.#deps.store.end(environmentId, filter, reason, this.#now());
      this.announce(environmentId, ended);
      all.push(...ended);
      if (ended.length < MAX_ENDED_AT_ONCE) return all;
    }
  }

  async #answer(
    environmentId: EnvironmentId,
    { id, playerId }: StoredSession,
    token: RefreshToken,
    expiresAtMs: number,
  ): Promise<SignInResponse> {
    const access = await this.#deps.tokens.signAccessToken(environmentId, playerId, id);
    const refreshExpiresIn = Math.max(1, Math.floor((expiresAtMs - this.#now()) / 1_000));
    return { playerId, sessionId: id, ...access, refreshToken: token.text, refreshExpiresIn };
  }

  #expiryOf(nowMs: number, createdAtMs: number): number {
    const { idleMs, maxMs } = this.#deps.times;
    return Math.min(nowMs + idleMs, createdAtMs + maxMs);
  }
}

/** What is stored in the place of a device's secret: its SHA-256, in hex. */
export function deviceHashOf(deviceId: string): string {
  return createHash("sha256").update(deviceId).digest("hex");
}

function storedOrigin({ address, userAgent }: RefreshOrigin) {
  return { address: inetOf(address), userAgent: userAgent?.slice(0, USER_AGENT_MAX_LENGTH) };
}

function unknownToken(): AppError {
  return new AppError("auth.invalid", "This is no refresh token of this environment. Sign in again.");
}

function notFound(): AppError {
  return new AppError("session.not_found", "There is no such session, or it has ended.");
}
