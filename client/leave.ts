// Why a session ended, told apart by how the server closed it.
import { CloseCode } from "@colyseus/sdk";
import { ROOM_CLOSE } from "../shared/schema/close-codes.ts";

/** Why a session ended. After `signed-out` sign in again first; after `removed`, `room-failed` and `server-stopping`, `connect()` again finds another room. */
export type LeaveReason =
  /** `leave()` was called. */
  | "left"
  /** The same player joined from somewhere else. */
  | "replaced"
  /** The player's session has ended: signed out here or elsewhere, or its credentials were changed. */
  | "signed-out"
  /** The player was banned. */
  | "banned"
  /** The game's room broke down. */
  | "room-failed"
  /** The game server is going down. */
  | "server-stopping"
  /** The server closed the connection for another reason. */
  | "removed"
  /** The connection dropped, came back, and the seat was no longer kept. */
  | "reconnection-refused"
  /** The connection dropped and could not be made again. */
  | "reconnection-failed";

/** How a session ended. */
export interface Leave {
  readonly reason: LeaveReason;
  /** The WebSocket close code. */
  readonly code: number;
  /** What the server said, or an empty text. */
  readonly detail: string;
}

const REASONS: ReadonlyMap<number, LeaveReason> = new Map<number, LeaveReason>([
  [CloseCode.SERVER_SHUTDOWN, "server-stopping"],
  [CloseCode.FAILED_TO_RECONNECT, "reconnection-refused"],
  [ROOM_CLOSE.seatTakenOver, "replaced"],
  [ROOM_CLOSE.roomFailed, "room-failed"],
  [ROOM_CLOSE.serverDraining, "server-stopping"],
  [ROOM_CLOSE.sessionEnded, "signed-out"],
  [ROOM_CLOSE.banned, "banned"],
]);

/** Reads a close code. `hasAskedToLeave` says whether this side began it, `wasReconnecting` whether the socket was gone. */
export function leaveOf(
  code: number,
  detail: string | undefined,
  { hasAskedToLeave, wasReconnecting }: { hasAskedToLeave: boolean; wasReconnecting: boolean },
): Leave {
  return { reason: reasonOf(code, detail, hasAskedToLeave, wasReconnecting), code, detail: detail ?? "" };
}

function reasonOf(
  code: number,
  detail: string | undefined,
  hasAskedToLeave: boolean,
  wasReconnecting: boolean,
): LeaveReason {
  if (hasAskedToLeave) return "left";
  // The SDK gives up with the same code as a server that refuses, and with a text of its own.
  if (code === CloseCode.FAILED_TO_RECONNECT && detail?.startsWith("No more retries")) return "reconnection-failed";
  const reason = REASONS.get(code);
  if (reason) return reason;
  return wasReconnecting ? "reconnection-refused" : "removed";
}
