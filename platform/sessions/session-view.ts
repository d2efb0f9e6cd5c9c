// A session as people see it: nothing of its tokens, nor of the device's secret.
import type { OperatorSessionList } from "../../shared/schema/platform/index.ts";
import type { StoredSession } from "./service.ts";

/** The parts of a session that its player and an operator may read. */
export function toSessionView(stored: StoredSession): OperatorSessionList["sessions"][number] {
  const { deviceName, address, userAgent } = stored;
  return {
    sessionId: stored.id,
    provider: stored.provider,
    ...(deviceName === undefined ? {} : { deviceName }),
    ...(address === undefined ? {} : { address }),
    ...(userAgent === undefined ? {} : { userAgent }),
    createdAt: new Date(stored.createdAtMs).toISOString(),
    lastUsedAt: new Date(stored.lastUsedAtMs).toISOString(),
    expiresAt: new Date(stored.expiresAtMs).toISOString(),
  };
}
