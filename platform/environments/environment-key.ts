// Keys of the ephemeral store, one environment's apart from all others'.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";

/** The key of `rest` in one environment. No two environments share a key, since an environment's id has no colon. */
export function environmentKey(environmentId: EnvironmentId, rest: string): string {
  return `${environmentId}:${rest}`;
}
