// Telling a player of something that touches the safety of their account. A port: by mail where there is an address.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";

/** What happened, for the text of the notice. Times are milliseconds since 1970. */
export interface NoticeDetails {
  readonly device?: string | undefined;
  readonly whenMs?: number;
}

/** Tells players. */
export interface SecurityNotices {
  /**
   * Tells the player of `kind`, e.g. `refresh-token-reused`. Resolves when the notice is on its way; somebody who cannot be
   * reached is no error.
   */
  tell(environmentId: EnvironmentId, playerId: string, kind: string, details: NoticeDetails): Promise<void>;
}
