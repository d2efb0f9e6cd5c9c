// A seat in a game.
import { MatchmakingStatus } from "../../shared/schema/platform/index.ts";
import { ClientError } from "../client-error.ts";
import type { PlatformCalls } from "./platform-calls.ts";

/** Tickets of the signed-in player. */
export class Matchmaking {
  readonly #calls: PlatformCalls;

  constructor(calls: PlatformCalls) {
    this.#calls = calls;
  }

  /** Asks for a seat in a game of `mode`. */
  join(mode: string, signal?: AbortSignal): Promise<MatchmakingStatus> {
    const [path, body] = ["v1/matchmaking/join", { mode }];
    return this.#calls.asPlayer({ method: "POST", path, body, shape: MatchmakingStatus, signal });
  }

  /** How a ticket stands. */
  status(ticketId: string, signal?: AbortSignal): Promise<MatchmakingStatus> {
    return this.#calls.asPlayer({ method: "GET", path: statusPath(ticketId), shape: MatchmakingStatus, signal });
  }

  /** Gives a ticket back; one that is gone already is no error. */
  async cancel(ticketId: string, signal?: AbortSignal): Promise<void> {
    try {
      await this.#calls.asPlayer({ method: "DELETE", path: statusPath(ticketId), signal });
    } catch (error) {
      if (!(error instanceof ClientError && error.code === "matchmaking.ticket_not_found")) throw error;
    }
  }
}

function statusPath(ticketId: string): string {
  return `v1/matchmaking/status?ticketId=${encodeURIComponent(ticketId)}`;
}
