// What accounts need of sessions, bans and notices.
import type { EnvironmentId, SignInResponse } from "../../shared/schema/platform/index.ts";

/** What a session remembers of how it began. */
export interface SessionOrigin {
  readonly provider: string;
  readonly address: string;
  readonly userAgent?: string;
  readonly deviceName?: string;
  readonly deviceId?: string;
}

/** Begins and ends sessions. */
export interface SessionStarter {
  /** Begins a session: what a client needs to act as this player. */
  start(environmentId: EnvironmentId, playerId: string, origin: SessionOrigin): Promise<SignInResponse>;
  /** Ends all of a player's sessions but `exceptSessionId`, at once. */
  endAll(
    environmentId: EnvironmentId,
    playerId: string,
    reason: "credentials_changed" | "account_closed",
    options?: { exceptSessionId?: string },
  ): Promise<unknown>;
}

/** Whom a ban may hit. */
export interface BanSubject {
  readonly playerId?: string;
  readonly deviceId?: string;
  readonly address?: string;
}

/** Refuses whoever is banned. */
export interface BanCheck {
  /** Throws when the player, the device or the address is banned. */
  check(environmentId: EnvironmentId, subject: BanSubject): Promise<void>;
}

/** Tells players what happened to their account, where they have an address. */
export interface AccountNotices {
  tell(
    environmentId: EnvironmentId,
    playerId: string,
    kind: "identity-linked" | "identity-unlinked" | "password-changed",
    details: { readonly provider?: string },
  ): Promise<void>;
}
