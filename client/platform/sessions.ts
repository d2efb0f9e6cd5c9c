// The player's sessions: this one and those on other devices.
import { type PlayerSession, PlayerSessionList } from "../../shared/schema/platform/index.ts";
import type { PlatformCalls } from "./platform-calls.ts";

const PATH = "v1/sessions";

/** Listing and ending sessions. One that ended is refused everywhere within two seconds. */
export class Sessions {
  readonly #calls: PlatformCalls;

  constructor(calls: PlatformCalls) {
    this.#calls = calls;
  }

  /** Those that live, the last used first. */
  async list(signal?: AbortSignal): Promise<readonly PlayerSession[]> {
    return (await this.#calls.asPlayer({ method: "GET", path: PATH, shape: PlayerSessionList, signal })).sessions;
  }

  /** Ends one; this client is signed out when it is its own. */
  async end(sessionId: string, signal?: AbortSignal): Promise<void> {
    await this.#calls.asPlayer({ method: "DELETE", path: `${PATH}/${encodeURIComponent(sessionId)}`, signal });
    if (this.#calls.keeper.player?.sessionId === sessionId) await this.#calls.keeper.drop();
  }

  /** Ends all but this client's. */
  endOthers(signal?: AbortSignal): Promise<void> {
    return this.#calls.asPlayer({ method: "DELETE", path: `${PATH}?keep=current`, signal });
  }

  /** Ends all; this client is signed out too. */
  async endAll(signal?: AbortSignal): Promise<void> {
    await this.#calls.asPlayer({ method: "DELETE", path: PATH, signal });
    await this.#calls.keeper.drop();
  }

  /**
   * Signs out. The session is forgotten here in every case; a rejection says that the platform could not be told, so that it
   * lives on there. Does nothing when nobody is signed in.
   */
  async signOut(signal?: AbortSignal): Promise<void> {
    const refreshToken = await this.#calls.keeper.drop();
    if (refreshToken === undefined) return;
    await this.#calls.open({ method: "POST", path: "v1/auth/sign-out", body: { refreshToken }, signal });
  }
}
