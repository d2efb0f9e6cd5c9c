// The port that tells game servers at once which sessions have ended. What it loses, their heartbeats bring.
import type { EndedSession, EnvironmentId } from "../../shared/schema/platform/index.ts";

/** Tells game servers. */
export interface Evictor {
  /** Takes the news and returns; it neither waits nor throws, and may drop some when there is more than it can tell. */
  evict(environmentId: EnvironmentId, sessions: readonly EndedSession[]): void;
}
