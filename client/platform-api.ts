// The platform's REST contract for players, typed: signing in, everything about the account, and a seat in a game.
import { Credentials } from "./platform/credentials.ts";
import { SecondFactors } from "./platform/factors.ts";
import { Identities } from "./platform/identities.ts";
import { Matchmaking } from "./platform/matchmaking.ts";
import { type Device, PlatformCalls } from "./platform/platform-calls.ts";
import { PlatformHttp, type PlatformHttpOptions } from "./platform/platform-http.ts";
import { Privacy } from "./platform/privacy.ts";
import { Profiles } from "./platform/profiles.ts";
import { type KeeperClock, type SessionEvent, SessionKeeper, type SignedInPlayer } from "./platform/session-keeper.ts";
import { MemorySessionStorage, type SessionStorage } from "./platform/session-storage.ts";
import { Sessions } from "./platform/sessions.ts";
import { SignIn } from "./platform/sign-in.ts";

/** How a `PlatformApi` reaches the platform, where it keeps the session, and on which device it is. */
export interface PlatformApiOptions extends PlatformHttpOptions, Device {
  /** Where the session is kept between two starts; in memory when left out, so that it ends with the page or process. */
  readonly storage?: SessionStorage | undefined;
  /** Replaced by tests. */
  readonly clock?: KeeperClock | undefined;
}

/**
 * The platform's API for one player. Access tokens renew themselves: by one request, however many calls wait for it. Every
 * answer is checked against the shared shapes; everything thrown is a `ClientError`: with the platform's own code when it
 * sent one, else `client.unreachable`, `client.timeout`, `client.aborted` or `client.bad_response`. Calls of the player
 * reject with `auth.missing` while nobody is signed in.
 */
export class PlatformApi {
  readonly signIn: SignIn;
  readonly identities: Identities;
  readonly credentials: Credentials;
  readonly sessions: Sessions;
  readonly factors: SecondFactors;
  readonly profiles: Profiles;
  readonly privacy: Privacy;
  readonly matchmaking: Matchmaking;
  readonly #keeper: SessionKeeper;

  /** `platformUrl` is the platform's root, e.g. `http://localhost:8000`; in a browser it may be relative (`/`). */
  constructor(platformUrl: string, options: PlatformApiOptions = {}) {
    const http = new PlatformHttp(platformUrl, options);
    this.#keeper = new SessionKeeper(http, options.storage ?? new MemorySessionStorage(), options.clock);
    const calls = new PlatformCalls(http, this.#keeper, options);
    this.signIn = new SignIn(calls);
    this.identities = new Identities(calls);
    this.credentials = new Credentials(calls);
    this.sessions = new Sessions(calls);
    this.factors = new SecondFactors(calls);
    this.profiles = new Profiles(calls);
    this.privacy = new Privacy(calls);
    this.matchmaking = new Matchmaking(calls);
  }

  /** Who is signed in, as far as this client knows. */
  get player(): SignedInPlayer | undefined {
    return this.#keeper.player;
  }

  /** Takes up the session that storage has. Asks nobody: whether it still lives, the first call tells. */
  restore(): Promise<SignedInPlayer | undefined> {
    return this.#keeper.restore();
  }

  /** Calls `listener` for all that happens to the session from now on; what comes back ends that. */
  onEvent(listener: (event: SessionEvent) => void): () => void {
    return this.#keeper.onEvent(listener);
  }
}
