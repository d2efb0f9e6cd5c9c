// What the game server tells the platform. A port: over HTTP in a fleet, in memory in a test.
import type { GameServerHeartbeat, HeartbeatResponse } from "../../shared/schema/platform/index.ts";

/** The way to the platform. Both calls reject when the platform did not take it; the caller decides what that means. */
export interface PlatformLink {
  /** "I live, and this is my load." The answer says which sessions have ended since the heartbeat's cursor. */
  heartbeat(heartbeat: GameServerHeartbeat): Promise<HeartbeatResponse>;
  /** "Forget me." */
  leave(): Promise<void>;
}
