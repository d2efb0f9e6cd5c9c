// What players do to their own factors, as entries of the audit log.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { AuditEntry } from "../audit/audit-log.ts";

/** Every action of this module in the audit log. */
export type FactorAction =
  | "totp.added"
  | "totp.removed"
  | "recovery_codes.replaced"
  | "recovery_code.used"
  | "passkey.added"
  | "passkey.removed"
  | "passkey.refused"
  | "sign_in.challenged"
  | "sign_in.unusual"
  | "challenge.answered"
  | "challenge.exhausted"
  | "session.elevated";

/** An entry by the player about themselves. */
export function ownEntry(
  environmentId: EnvironmentId,
  playerId: string,
  action: FactorAction,
  after?: unknown,
): AuditEntry {
  return {
    environmentId,
    actor: { kind: "player", id: playerId },
    action,
    subject: `player/${playerId}`,
    ...(after === undefined ? {} : { after }),
  };
}
