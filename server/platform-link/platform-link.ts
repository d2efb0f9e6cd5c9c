// What the game server tells the platform. A port: over HTTP in a fleet, in memory in a test.
import type { GameServerHeartbeat } from "../../shared/schema/platform/index.ts";

/** The way to the platform. Both calls reject when the platform did not take it; the caller decides what that means. */
export interface PlatformLink {
  /** "I live, and this is my load." */
  heartbeat(heartbeat: GameServerHeartbeat): Promise<void>;
  /** "Forget me." */
  leave(): Promise<void>;
}
