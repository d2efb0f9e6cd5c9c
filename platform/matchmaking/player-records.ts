// What matchmaking keeps of a player: an open ticket, for minutes.
import type { EphemeralStore } from "../ephemeral/store.ts";
import type { PlayerRecords } from "../privacy/player-records.ts";
import { TicketStore } from "./store.ts";

/** The open ticket. It has no table. */
export function ticketRecords(ephemeral: EphemeralStore): PlayerRecords {
  const tickets = new TicketStore(ephemeral);
  return {
    name: "matchmaking",
    tables: [],
    export: async (environmentId, playerId) => {
      const ticket = (await tickets.find(environmentId, playerId))?.ticket;
      return ticket && { ticketId: ticket.ticketId, mode: ticket.mode, state: ticket.state.tag };
    },
    delete: async (environmentId, playerId) => {
      const read = await tickets.find(environmentId, playerId);
      // One that changes at this moment is left: it expires by itself within minutes.
      if (read !== undefined) await tickets.remove(environmentId, playerId, read);
    },
  };
}
