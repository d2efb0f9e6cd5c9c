// The allocation port: finds a seat for a player on some game server.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";

/** Longest that one request for a seat may take; a caller may count on it having ended by then. */
export const MAX_ALLOCATION_MS = 10_000;

/** Who needs a seat in which mode. */
export interface SeatNeed {
  readonly mode: string;
  readonly playerId: string;
}

/** A held seat: connect to `endpoint` and join `roomId` within `SEAT_HOLD_MS`, or it returns itself. */
export interface Seat {
  readonly endpoint: string;
  readonly roomId: string;
}

/** Finds seats. */
export interface Allocator {
  /** Holds one seat on a game server of the environment, or resolves to undefined when no game server has one now. Rejects only when it cannot look. */
  requestSeat(environmentId: EnvironmentId, need: SeatNeed): Promise<Seat | undefined>;
}
