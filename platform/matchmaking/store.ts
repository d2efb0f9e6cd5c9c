// Matchmaking tickets in the ephemeral store: one for each player at most, because the player is the key.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import { environmentKey } from "../environments/environment-key.ts";
import type { EphemeralStore } from "../ephemeral/store.ts";

/** A player's open ticket, as stored. */
export interface Ticket {
  readonly ticketId: string;
  readonly mode: string;
  /**
   * The state. `queued` says when a seat was last looked for; `allocating` that some request looks for one now, until
   * `untilMs` at the latest. Both in milliseconds since 1970.
   */
  readonly state:
    | { readonly tag: "queued"; readonly triedAtMs: number }
    | { readonly tag: "allocating"; readonly untilMs: number }
    | { readonly tag: "matched"; readonly endpoint: string; readonly roomId: string; readonly joinTicket: string };
}

/** A ticket together with the exact text it was read as, so that a change can be refused if another came first. */
export interface ReadTicket {
  readonly ticket: Ticket;
  readonly stored: string;
}

/** Tickets by player. Throws `service.unavailable` while the ephemeral store is away. */
export class TicketStore {
  readonly #ephemeral: EphemeralStore;

  constructor(ephemeral: EphemeralStore) {
    this.#ephemeral = ephemeral;
  }

  /** Opens a ticket; it replaces whichever the player had. */
  async open(environmentId: EnvironmentId, playerId: string, ticket: Ticket, ttlMs: number): Promise<ReadTicket> {
    const stored = JSON.stringify(ticket);
    await this.#ephemeral.set(keyOf(environmentId, playerId), stored, ttlMs);
    return { ticket, stored };
  }

  /** The player's ticket, or undefined. */
  async find(environmentId: EnvironmentId, playerId: string): Promise<ReadTicket | undefined> {
    const stored = await this.#ephemeral.get(keyOf(environmentId, playerId));
    return stored === undefined ? undefined : { ticket: JSON.parse(stored) as Ticket, stored };
  }

  /** Changes the ticket if nobody else did since it was read; else resolves to undefined. */
  async change(
    environmentId: EnvironmentId,
    playerId: string,
    read: ReadTicket,
    next: Ticket,
    ttlMs: number,
  ): Promise<ReadTicket | undefined> {
    const stored = JSON.stringify(next);
    const isChanged = await this.#ephemeral.compareAndSet(keyOf(environmentId, playerId), read.stored, stored, ttlMs);
    return isChanged ? { ticket: next, stored } : undefined;
  }

  /** Removes the ticket if nobody changed it since it was read, and says whether it did. */
  async remove(environmentId: EnvironmentId, playerId: string, read: ReadTicket): Promise<boolean> {
    return this.#ephemeral.compareAndDelete(keyOf(environmentId, playerId), read.stored);
  }
}

function keyOf(environmentId: EnvironmentId, playerId: string): string {
  return environmentKey(environmentId, `matchmaking:ticket:${playerId}`);
}
