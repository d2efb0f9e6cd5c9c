// The signed-in player of one client: access tokens that are always good, refreshed by one request however many wait.
import { SignInResponse } from "../../shared/schema/platform/index.ts";
import { ClientError, type ClientErrorCode } from "../client-error.ts";
import type { PlatformHttp } from "./platform-http.ts";
import type { SessionStorage, StoredSession } from "./session-storage.ts";

/** An access token is renewed this long before it ends, so that none ends on its way; ms. */
const RENEW_BEFORE_MS = 30_000;

/**
 * A refresh without an answer is sent again, with the same token, after each of these pauses; ms. The platform takes an old
 * token for ten seconds: the last attempt, after two that timed out, must still come within them.
 */
const RETRY_AFTER_MS = [200, 800] as const;
/** How long one attempt to refresh may take; ms. */
const REFRESH_TIMEOUT_MS = 3_000;

/** Answers to a refresh after which the session is over: no other refresh brings it back. */
const OVER: ReadonlySet<ClientErrorCode> = new Set<ClientErrorCode>([
  "auth.session_ended",
  "auth.invalid",
  "auth.expired",
  "account.banned",
]);
/** Answers to a refresh, or none, that leave open whether the platform has replaced the token. */
const UNCERTAIN: ReadonlySet<ClientErrorCode> = new Set<ClientErrorCode>([
  "client.unreachable",
  "client.timeout",
  "service.unavailable",
  "internal",
]);
/** Answers to a call that a new access token may cure. */
const STALE: ReadonlySet<ClientErrorCode> = new Set<ClientErrorCode>(["auth.expired", "auth.invalid"]);

/** Who is signed in. */
export interface SignedInPlayer {
  readonly playerId: string;
  readonly sessionId: string;
}

/** What happened to the session. `signed-out` by the caller has no `error`; one that ended from elsewhere says why. */
export type SessionEvent =
  | ({ readonly type: "signed-in" | "refreshed" } & SignedInPlayer)
  | ({ readonly type: "signed-out"; readonly error?: ClientError } & SignedInPlayer);

/** What tests put in place of time. */
export interface KeeperClock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

const REAL_CLOCK: KeeperClock = {
  now: Date.now,
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Keeps the session of one player, in `storage` too, and lends its access token to requests. */
export class SessionKeeper {
  readonly #http: PlatformHttp;
  readonly #storage: SessionStorage;
  readonly #clock: KeeperClock;
  readonly #listeners = new Set<(event: SessionEvent) => void>();
  #session: StoredSession | undefined;
  #refreshing: { readonly sessionId: string; readonly result: Promise<StoredSession> } | undefined;

  constructor(http: PlatformHttp, storage: SessionStorage, clock: KeeperClock = REAL_CLOCK) {
    this.#http = http;
    this.#storage = storage;
    this.#clock = clock;
  }

  /** Calls `listener` for all that happens to the session from now on; what comes back ends that. */
  onEvent(listener: (event: SessionEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Who is signed in, as far as this client knows. */
  get player(): SignedInPlayer | undefined {
    return this.#session && playerOf(this.#session);
  }

  /** Takes up the session that storage has, if it is of this platform and can still be good. Asks nobody. */
  async restore(): Promise<SignedInPlayer | undefined> {
    const kept = await this.#storage.load();
    const isGood = kept && kept.realm === this.#http.realm && kept.refreshExpiresMs > this.#clock.now();
    if (isGood) this.#session = kept;
    return this.player;
  }

  /** Takes a new session in place of the one there is. */
  async take(answer: SignInResponse): Promise<void> {
    const session = this.#stored(answer);
    await this.#storage.save(session);
    this.#session = session;
    this.#tell({ type: "signed-in", ...playerOf(session) });
  }

  /**
   * Forgets the session, here and in storage, and returns its refresh token. `error` is why, when it was not the caller's
   * wish.
   */
  async drop(error?: ClientError): Promise<string | undefined> {
    const session = this.#session;
    if (!session) return undefined;
    this.#session = undefined;
    const kept = await this.#storage.load();
    if (kept?.sessionId === session.sessionId) await this.#storage.clear();
    this.#tell({ type: "signed-out", ...playerOf(session), ...(error && { error }) });
    return session.refreshToken;
  }

  /**
   * Runs `work` with a good access token. When the platform calls the token old all the same (the device slept, or its clock
   * is wrong), it is renewed and `work` runs once more. Rejects with `auth.missing` when nobody is signed in.
   */
  async authorised<T>(work: (accessToken: string) => Promise<T>): Promise<T> {
    const session = await this.#good();
    try {
      return await work(session.accessToken);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      if (error.code === "auth.session_ended") await this.#dropIfStill(session, error);
      if (!STALE.has(error.code) || !this.#isStill(session)) throw error;
      return work((await this.#renewed(session)).accessToken);
    }
  }

  async #good(): Promise<StoredSession> {
    const session = this.#session;
    if (!session) throw new ClientError("auth.missing", "Nobody is signed in on this client.");
    if (session.accessExpiresMs - RENEW_BEFORE_MS > this.#clock.now()) return session;
    try {
      return await this.#renewed(session);
    } catch (error) {
      // The platform could not be asked, and the old token has some seconds left: the call may still get through.
      const isUsable = this.#isStill(session) && session.accessExpiresMs > this.#clock.now();
      if (isUsable && error instanceof ClientError && UNCERTAIN.has(error.code)) return session;
      throw error;
    }
  }

  /** A newer token of the same session. One refresh at a time; whoever asks meanwhile waits for it. */
  #renewed(old: StoredSession): Promise<StoredSession> {
    const current = this.#session;
    if (current && current !== old && current.sessionId === old.sessionId) return Promise.resolve(current);
    if (this.#refreshing?.sessionId === old.sessionId) return this.#refreshing.result;
    const result = this.#storage
      .exclusively(() => this.#refresh(old))
      .finally(() => {
        if (this.#refreshing?.result === result) this.#refreshing = undefined;
      });
    this.#refreshing = { sessionId: old.sessionId, result };
    return result;
  }

  async #refresh(old: StoredSession): Promise<StoredSession> {
    const kept = await this.#storage.load();
    const isFromElsewhere = kept?.sessionId === old.sessionId && kept.refreshToken !== old.refreshToken;
    // Another tab was faster: its token is ours too.
    if (isFromElsewhere && this.#isStill(old)) this.#session = kept;
    if (isFromElsewhere && kept.accessExpiresMs - RENEW_BEFORE_MS > this.#clock.now()) return kept;
    try {
      const session = this.#stored(await this.#asked((isFromElsewhere ? kept : old).refreshToken));
      if (!this.#isStill(old)) throw new ClientError("auth.missing", "The player signed out meanwhile.");
      // Storage that another player's session was put into is theirs now.
      if (kept === undefined || kept.sessionId === old.sessionId) await this.#storage.save(session);
      this.#session = session;
      this.#tell({ type: "refreshed", ...playerOf(session) });
      return session;
    } catch (error) {
      if (error instanceof ClientError && OVER.has(error.code)) await this.#dropIfStill(old, error);
      throw error;
    }
  }

  /** Asks for the next token; when no answer comes, again with the same one, which the platform takes for some seconds. */
  async #asked(refreshToken: string): Promise<SignInResponse> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#http.send({
          method: "POST",
          path: "v1/auth/refresh",
          body: { refreshToken },
          shape: SignInResponse,
          timeoutMs: REFRESH_TIMEOUT_MS,
        });
      } catch (error) {
        const pauseMs = RETRY_AFTER_MS[attempt];
        if (pauseMs === undefined || !(error instanceof ClientError && UNCERTAIN.has(error.code))) throw error;
        await this.#clock.pause(pauseMs);
      }
    }
  }

  #isStill({ sessionId }: StoredSession): boolean {
    return this.#session?.sessionId === sessionId;
  }

  async #dropIfStill(session: StoredSession, error: ClientError): Promise<void> {
    if (this.#isStill(session)) await this.drop(error);
  }

  #stored(answer: SignInResponse): StoredSession {
    const { playerId, sessionId, accessToken, refreshToken } = answer;
    const now = this.#clock.now();
    return {
      realm: this.#http.realm,
      playerId,
      sessionId,
      accessToken,
      accessExpiresMs: now + answer.expiresIn * 1_000,
      refreshToken,
      refreshExpiresMs: now + answer.refreshExpiresIn * 1_000,
    };
  }

  #tell(event: SessionEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // A listener's fault is its own, as with events of the browser: no call of somebody else's fails by it.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

function playerOf({ playerId, sessionId }: StoredSession): SignedInPlayer {
  return { playerId, sessionId };
}
