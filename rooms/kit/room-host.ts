// What a room needs of the process that runs it. The process installs one host; a test installs its own.
import type { JoinTicketClaims, SessionEndReason } from "../../shared/schema/platform/index.ts";
import { guarded } from "./guarded.ts";

/** What a client showed when it asked for a seat. */
export interface SeatClaim {
  /** The join ticket, as the SDK sends it in `Authorization: Bearer`. */
  readonly ticket: string | undefined;
  /** The room that is asked for. */
  readonly roomId: string;
  /** Whom the client says it is, when it says so; must agree with the ticket. */
  readonly playerId: string | undefined;
}

/** A failure that ended one room. */
export interface RoomFailure {
  readonly mode: string;
  readonly roomId: string;
  /** Which of the room's own functions threw, e.g. `onMessage`. */
  readonly where: string;
  readonly error: Error;
}

/** The process around the rooms. */
export interface RoomHost {
  /** Why a session has ended, if it ended within the last `ENDED_SESSION_MEMORY_MS`. */
  endOf?(sessionId: string): SessionEndReason | undefined;
  /** Checks a claim and spends its ticket. Throws `AppError` with a `ticket.*` code. */
  admit(claim: SeatClaim): Promise<JoinTicketClaims>;
  onRoomFailed(failure: RoomFailure): void;
  /** Called after each tick. `isLate` says that it began more than half a tick behind its time. */
  onTick(mode: string, durationMs: number, isLate: boolean): void;
  /** Called after each tick with what became of the inputs of clients that speak snapshots. */
  onInputs?(mode: string, applied: number, lost: number): void;
  /** `onTick` or `onInputs` has thrown, for the first time. It is no room's fault, and no room notices. */
  onWatchFailed(error: Error): void;
}

/**
 * How long a process remembers that a session has ended; ms. Longer than its last ticket can live (`SEAT_HOLD_MS` from when
 * the platform last took its token) and the seat that this ticket reserved.
 */
export const ENDED_SESSION_MEMORY_MS = 120_000;

let installed: RoomHost | undefined;

/** Installs the host of this process; called once, by the composition root, before any room exists. */
export function installRoomHost(host: RoomHost): void {
  let hasFailed = false;
  const report = (error: Error): void => {
    if (!hasFailed) host.onWatchFailed(error);
    hasFailed = true;
  };
  // The rest passes as it is: who is not admitted is told by an exception.
  installed = {
    admit: (claim) => host.admit(claim),
    endOf: (sessionId) => host.endOf?.(sessionId),
    onRoomFailed: (failure) => host.onRoomFailed(failure),
    onTick: guarded(host.onTick.bind(host), report),
    onInputs: guarded((...counts: [string, number, number]) => host.onInputs?.(...counts), report),
    onWatchFailed: report,
  };
}

/** The installed host. Throws when there is none: a room must not run unwatched. */
export function roomHost(): RoomHost {
  if (!installed) throw new Error("No room host is installed: call installRoomHost() before creating a room.");
  return installed;
}
