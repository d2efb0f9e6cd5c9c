// Whether the session of an access token still lives: asked of the database, and believed for a moment.
import { AppError } from "../../shared/schema/errors.ts";
import type { EndedSession, EnvironmentId, SessionEndReason } from "../../shared/schema/platform/index.ts";
import type { AccessTokenVerifier } from "../environments/authenticator.ts";
import { sessionEnded } from "./session-ended.ts";
import type { SessionState, SessionStore } from "./store.ts";

/** How long a living session is believed to live, in milliseconds: with the query, well within the 2 s that are promised. */
export const LIVE_FRESH_MS = 1_000;

/** Most sessions that are remembered; past that, the one asked for least recently is asked for again. */
export const MAX_KNOWN_SESSIONS = 50_000;

/** What is known of a session, and since when; `Infinity` for one that has ended, since that stays so. */
interface Known {
  readonly state: Omit<SessionState, "playerId"> | undefined;
  readonly freshUntilMs: number;
}

/** What `LiveSessions` needs. `now` is the clock in milliseconds since 1970. */
export interface LiveSessionsDeps {
  readonly tokens: AccessTokenVerifier;
  readonly store: Pick<SessionStore, "state">;
  readonly now?: () => number;
}

/**
 * An `AccessTokenVerifier` that also looks at the session: a good token of a session that has ended is refused, at once when
 * this process ended it, and within `LIVE_FRESH_MS` when another one did. Throws `auth.session_ended`, and
 * `service.unavailable` while it cannot be told: a token is never taken on trust.
 */
export class LiveSessions implements AccessTokenVerifier {
  readonly #deps: LiveSessionsDeps;
  readonly #now: () => number;
  /** The least recently asked for first. */
  readonly #known = new Map<string, Known>();
  readonly #asking = new Map<string, Promise<Known>>();

  constructor(deps: LiveSessionsDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
  }

  /** How many sessions are remembered. */
  get size(): number {
    return this.#known.size;
  }

  async verifyAccessToken(token: string): ReturnType<AccessTokenVerifier["verifyAccessToken"]> {
    const claims = await this.#deps.tokens.verifyAccessToken(token);
    await this.check(claims.environmentId, claims.playerId, claims.sessionId);
    return claims;
  }

  /** Resolves when the session lives and is this player's. */
  async check(environmentId: EnvironmentId, playerId: string, sessionId: string): Promise<void> {
    const key = keyOf(environmentId, sessionId);
    const known = this.#known.get(key);
    const isFresh = known !== undefined && known.freshUntilMs > this.#now();
    const { state } = isFresh ? known : await this.#ask(environmentId, playerId, sessionId, key);
    if (state === undefined || state.endReason !== undefined) throw sessionEnded(state?.endReason);
    if (state.expiresAtMs <= this.#now()) throw new AppError("auth.expired", "The session has expired. Sign in again.");
  }

  /** This process has ended these sessions: their tokens are refused from now on. */
  noteEnded(environmentId: EnvironmentId, ended: readonly EndedSession[]): void {
    for (const { sessionId, reason } of ended) this.#noteEnd(keyOf(environmentId, sessionId), reason);
  }

  /** Asks once for all who wait. */
  #ask(environmentId: EnvironmentId, playerId: string, sessionId: string, key: string): Promise<Known> {
    const asking = this.#asking.get(key);
    if (asking !== undefined) return asking;
    // From before the question: what ends while it is under way may not be in the answer.
    const freshUntilMs = this.#now() + LIVE_FRESH_MS;
    const answer = this.#deps.store
      .state(environmentId, sessionId)
      .then((state) => this.#remember(key, state?.playerId === playerId ? state : undefined, freshUntilMs))
      .finally(() => this.#asking.delete(key));
    this.#asking.set(key, answer);
    return answer;
  }

  #remember(key: string, state: Known["state"], freshUntilMs: number): Known {
    const known = this.#known.get(key);
    if (known?.state?.endReason !== undefined) return known;
    const next = state?.endReason === undefined ? { state, freshUntilMs } : { state, freshUntilMs: Infinity };
    this.#put(key, next);
    return next;
  }

  #noteEnd(key: string, endReason: SessionEndReason): void {
    this.#put(key, { state: { endReason, expiresAtMs: 0 }, freshUntilMs: Number.POSITIVE_INFINITY });
  }

  #put(key: string, known: Known): void {
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#known.size <= MAX_KNOWN_SESSIONS) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}

function keyOf(environmentId: EnvironmentId, sessionId: string): string {
  return `${environmentId}:${sessionId}`;
}
