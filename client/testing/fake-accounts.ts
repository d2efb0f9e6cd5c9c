// A platform's sessions behind a fake `fetch`, with time that stands still: rotation, the grace, and ends, without a network.
import { randomUUID } from "node:crypto";
import { type ErrorCode, problem } from "../../shared/schema/errors.ts";
import type { SignInResponse } from "../../shared/schema/platform/index.ts";
import type { KeeperClock } from "../platform/session-keeper.ts";

/** As the platform's own: how long a replaced refresh token may be shown again, and how long tokens live; ms. */
export const GRACE_MS = 10_000;
export const ACCESS_MS = 900_000;
const REFRESH_MS = 30 * 86_400_000;

/** What the fake asks before it answers: a thrown error is a request that never came, a `Response` replaces the answer. */
type Interference = (path: string, answer: () => Response) => Response | Promise<Response>;

/** One session of one player. */
export class FakeAccounts implements KeeperClock {
  /** Everything that was asked, as `METHOD /path`. */
  readonly asked: string[] = [];
  nowMs = 1_000_000;
  /** Stands between the client and the platform: it may lose a request or its answer. */
  interfere: Interference = (_path, answer) => answer();
  /** When set, every call of a player is refused with this, once. */
  refuseOnce: ErrorCode | undefined;
  readonly playerId = randomUUID();
  sessionId = randomUUID();
  #hasEnded = false;
  #access = { token: "", endsMs: 0 };
  #refresh = "";
  #replaced: { token: string; atMs: number } | undefined;

  /** The clock of the client: the platform's. A pause lasts no time to the test. */
  readonly now = (): number => this.nowMs;
  readonly pause = async (ms: number): Promise<void> => {
    this.nowMs += ms;
  };

  /** To be given as `fetch`. */
  readonly fetch: typeof fetch = async (input, init = {}) => {
    const { pathname } = new URL(String(input));
    this.asked.push(`${init.method} ${pathname}`);
    const body = typeof init.body === "string" ? JSON.parse(init.body) : {};
    const authorization = new Headers(init.headers).get("authorization") ?? "";
    return this.interfere(pathname, () => this.#answer(pathname, body, authorization));
  };

  /** How often this was asked. */
  count(request: string): number {
    return this.asked.filter((each) => each === request).length;
  }

  /** Ends the session, as another device of the player does. */
  end(): void {
    this.#hasEnded = true;
  }

  #answer(path: string, body: { refreshToken?: string }, authorization: string): Response {
    if (path === "/v1/auth/guest") {
      this.sessionId = randomUUID();
      this.#hasEnded = false;
      return this.#signedIn();
    }
    if (path === "/v1/auth/sign-out") return new Response(null, { status: 204 });
    if (path === "/v1/auth/refresh") return this.#refreshed(body.refreshToken ?? "");
    const { refuseOnce } = this;
    this.refuseOnce = undefined;
    if (refuseOnce) return refusal(refuseOnce);
    if (this.#hasEnded) return refusal("auth.session_ended");
    if (authorization !== `Bearer ${this.#access.token}`) return refusal("auth.invalid");
    return this.nowMs < this.#access.endsMs ? Response.json({ sessions: [] }) : refusal("auth.expired");
  }

  #refreshed(token: string): Response {
    if (this.#hasEnded) return refusal("auth.session_ended");
    if (token === this.#refresh) return this.#signedIn(token);
    const isInGrace = this.#replaced?.token === token && this.nowMs - this.#replaced.atMs <= GRACE_MS;
    if (isInGrace) return this.#signedIn(token, this.#refresh);
    this.#hasEnded = true;
    return refusal("auth.session_ended");
  }

  #signedIn(replaced?: string, refreshToken: string = randomUUID()): Response {
    if (replaced !== undefined && refreshToken !== this.#refresh)
      this.#replaced = { token: replaced, atMs: this.nowMs };
    this.#refresh = refreshToken;
    this.#access = { token: randomUUID(), endsMs: this.nowMs + ACCESS_MS };
    return Response.json({
      playerId: this.playerId,
      sessionId: this.sessionId,
      accessToken: this.#access.token,
      expiresIn: ACCESS_MS / 1_000,
      refreshToken,
      refreshExpiresIn: REFRESH_MS / 1_000,
    } satisfies SignInResponse);
  }
}

/** A refusal as the platform writes it. */
export function refusal(code: ErrorCode, members: Record<string, unknown> = {}, headers: Record<string, string> = {}) {
  const document = { ...problem(code, "The fake says so."), ...members };
  return Response.json(document, { status: document.status, headers });
}
