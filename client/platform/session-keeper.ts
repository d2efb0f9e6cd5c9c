// The signed-in player of one client: access tokens that are always good, refreshed by one request however many wait.
import { RefreshRequest, SignInResponse } from "../../shared/schema/platform/index.ts";
import { ClientError, type ClientErrorCode } from "../client-error.ts";
import type { PlatformHttp, PlatformRequest } from "./platform-http.ts";
import type { SessionStorage, StoredSession } from "./session-storage.ts";

/** An access token is renewed this long before it ends, so that none ends on its way; ms. */
const RENEW_BEFORE_MS = 30_000;

/** Answers after which the session is over: no refresh brings it back. */
const OVER: ReadonlySet<ClientErrorCode> = new Set<ClientErrorCode>([
  "auth.session_ended",
  "auth.invalid",
  "auth.expired",
  "account.banned",
]);

/** What happened to the session. `signed-out` by the caller has no `error`; one that ended from elsewhere says why. */
export type SessionEvent =
  | { readonly type: "signed-in"; readonly playerId: string; readonly sessionId: string }
  | { readonly type: "refreshed"; readonly playerId: string; readonly sessionId: string }
  | { readonly type: "signed-out"; readonly error?: ClientError };

/** Keeps the session of one player, in `storage` too, and lends its access token to requests. */
export class SessionKeeper {
  readonly #http: PlatformHttp;
  readonly #storage: SessionStorage;
  readonly #now: () => number;
  readonly #listeners = new Set<(event: SessionEvent) => void>();
  #session: StoredSession | undefined;
  #refreshing: Promise<StoredSession> | undefined;

  /** `now` is the clock in milliseconds since 1970. */
  constructor(http: PlatformHttp, storage: SessionStorage, now: () => number = Date.now) {
    this.#http = http;
    this.#storage = storage;
    this.#now = now;
  }

  /** Calls `listener` for all that happens to the session from now on; what comes back ends that. */
  onEvent(listener: (event: SessionEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Who is signed in, as far as this client knows. */
  get player(): { readonly playerId: string; readonly sessionId: string } | undefined {
    return this.#session;
  }

  /** Takes up the session that storage has, if its refresh token can still be good. Asks nobody. */
  async restore(): Promise<{ readonly playerId: string; readonly sessionId: string } | undefined> {
    const kept = await this.#storage.load();
    this.#session = kept && kept.refreshExpiresMs > this.#now() ? kept : undefined;
    return this.#session;
  }

  /** Signs in by a request whose answer is a session. */
  async signIn(request: Omit<PlatformRequest<SignInResponse>, "shape">): Promise<SignInResponse> {
    const answer = await this.#http.send({ ...request, shape: SignInResponse });
    await this.take(answer);
    return answer;
  }

  /** Takes a new session in place of the one there is. */
  async take(answer: SignInResponse): Promise<void> {
    const session = this.#stored(answer);
    await this.#storage.save(session);
    this.#session = session;
    this.#tell({ type: "signed-in", playerId: session.playerId, sessionId: session.sessionId });
  }

  /** Forgets the session, here and in storage. `error` is why, when it was not the caller's wish. */
  async drop(error?: ClientError): Promise<void> {
    if (!this.#session) return;
    this.#session = undefined;
    await this.#storage.clear();
    this.#tell({ type: "signed-out", ...(error && { error }) });
  }

  /** The refresh token, for signing out. */
  get refreshToken(): string | undefined {
    return this.#session?.refreshToken;
  }

  /**
   * Runs `work` with a good access token. When the platform calls the token old all the same (the device's clock is wrong),
   * it is renewed and `work` runs once more. Rejects with `auth.missing` when nobody is signed in.
   */
  async authorised<T>(work: (accessToken: string) => Promise<T>): Promise<T> {
    const session = await this.#good();
    try {
      return await work(session.accessToken);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      if (error.code === "auth.session_ended" || error.code === "account.banned") {
        await this.#dropIfStill(session, error);
        throw error;
      }
      if (error.code !== "auth.expired") throw error;
      return work((await this.#refresh(session)).accessToken);
    }
  }

  async #good(): Promise<StoredSession> {
    const session = this.#session;
    if (!session) throw new ClientError("auth.missing", "Nobody is signed in on this client.");
    return session.accessExpiresMs - RENEW_BEFORE_MS > this.#now() ? session : this.#refresh(session);
  }

  /** One refresh at a time; whoever asks meanwhile waits for it. */
  #refresh(old: StoredSession): Promise<StoredSession> {
    if (this.#session && this.#session !== old) return Promise.resolve(this.#session);
    this.#refreshing ??= this.#storage
      .exclusively(() => this.#refreshed(old))
      .finally(() => {
        this.#refreshing = undefined;
      });
    return this.#refreshing;
  }

  async #refreshed(old: StoredSession): Promise<StoredSession> {
    const kept = await this.#storage.load();
    // Another tab was faster: its token is ours too.
    if (kept && kept.sessionId === old.sessionId && kept.refreshToken !== old.refreshToken) {
      this.#session = kept;
      if (kept.accessExpiresMs - RENEW_BEFORE_MS > this.#now()) return kept;
    }
    const { refreshToken } = this.#session ?? old;
    try {
      const body = RefreshRequest.parse({ refreshToken });
      const answer = await this.#http.send({ method: "POST", path: "v1/auth/refresh", body, shape: SignInResponse });
      if (!this.#session) throw new ClientError("auth.missing", "The player signed out meanwhile.");
      const session = this.#stored(answer);
      await this.#storage.save(session);
      this.#session = session;
      this.#tell({ type: "refreshed", playerId: session.playerId, sessionId: session.sessionId });
      return session;
    } catch (error) {
      if (error instanceof ClientError && OVER.has(error.code)) await this.drop(error);
      throw error;
    }
  }

  async #dropIfStill(session: StoredSession, error: ClientError): Promise<void> {
    if (this.#session?.sessionId === session.sessionId) await this.drop(error);
  }

  #stored(answer: SignInResponse): StoredSession {
    const { playerId, sessionId, accessToken, refreshToken } = answer;
    const now = this.#now();
    return {
      playerId,
      sessionId,
      accessToken,
      accessExpiresMs: now + answer.expiresIn * 1_000,
      refreshToken,
      refreshExpiresMs: now + answer.refreshExpiresIn * 1_000,
    };
  }

  #tell(event: SessionEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
