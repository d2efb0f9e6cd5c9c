// Profiles: what players show of themselves, and what they keep for themselves.
import { MyProfile, type ProfileChange, PublicProfile } from "../../shared/schema/platform/index.ts";
import type { PlatformCalls } from "./platform-calls.ts";

const MINE = "v1/player/me/profile";

/** The player's own profile, and what others show. */
export class Profiles {
  readonly #calls: PlatformCalls;

  constructor(calls: PlatformCalls) {
    this.#calls = calls;
  }

  /** All that the player sees of it, with the version that changes are made on. */
  mine(signal?: AbortSignal): Promise<MyProfile> {
    return this.#calls.asPlayer({ method: "GET", path: MINE, shape: MyProfile, signal });
  }

  /** Changes what is named; `null` removes. Rejects with `profile.version_conflict` when it was changed meanwhile. */
  change(change: ProfileChange, signal?: AbortSignal): Promise<MyProfile> {
    return this.#calls.asPlayer({ method: "PATCH", path: MINE, body: change, shape: MyProfile, signal });
  }

  /** What another player shows. */
  of(playerId: string, signal?: AbortSignal): Promise<PublicProfile> {
    const path = `v1/player/${encodeURIComponent(playerId)}/profile`;
    return this.#calls.asPlayer({ method: "GET", path, shape: PublicProfile, signal });
  }
}
