// Quick play: a ticket for each waiting player, matched as soon as a game server has a seat.
import { randomUUID } from "node:crypto";
import { AppError } from "../../shared/schema/errors.ts";
import { type EnvironmentId, SEAT_HOLD_MS } from "../../shared/schema/platform/index.ts";
import type { AccountService } from "../accounts/service.ts";
import { type Allocator, MAX_ALLOCATION_MS } from "../allocation/allocator.ts";
import type { Metrics } from "../ops/metrics.ts";
import type { GameServerService } from "../servers/service.ts";
import type { TokenService } from "../tokens/service.ts";
import type { ReadTicket, Ticket, TicketStore } from "./store.ts";

export type { Ticket } from "./store.ts";

/** How long a queued ticket lives after its player last asked for it. */
export const QUEUED_TICKET_MS = 120_000;

/** Shortest time between two searches for one ticket: each may ask several game servers, so a caller must not set the pace. */
export const MIN_SEARCH_INTERVAL_MS = 100;

/** Most times to try again when another request of the same player changes the ticket meanwhile. */
const MAX_CANCEL_ATTEMPTS = 5;

/** What `MatchmakingService` needs. `now` is the clock in milliseconds since 1970. */
export interface MatchmakingDeps {
  readonly tickets: TicketStore;
  readonly allocator: Allocator;
  readonly servers: Pick<GameServerService, "live">;
  readonly accounts: Pick<AccountService, "player">;
  readonly tokens: Pick<TokenService, "signJoinTicket">;
  readonly metrics: Metrics;
  readonly now?: () => number;
}

/** Opens, looks after and cancels tickets. A ticket belongs to its player: for anybody else it does not exist. */
export class MatchmakingService {
  readonly #deps: MatchmakingDeps;
  readonly #now: () => number;

  constructor(deps: MatchmakingDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
  }

  /**
   * Opens a ticket in place of the player's old one, and tries for a seat at once. Throws `matchmaking.unknown_mode`
   * when game servers live but none has the mode, and `auth.invalid` when the player does not exist.
   */
  async join(environmentId: EnvironmentId, playerId: string, mode: string): Promise<Ticket> {
    await this.#checkMode(environmentId, mode);
    await this.#deps.accounts.player(environmentId, playerId);
    const queued: Ticket = { ticketId: randomUUID(), mode, state: { tag: "queued", triedAtMs: 0 } };
    const opened = await this.#deps.tickets.open(environmentId, playerId, queued, QUEUED_TICKET_MS);
    this.#deps.metrics.tickets.inc({ event: "opened" });
    return this.#tryForSeat(environmentId, playerId, opened);
  }

  /**
   * The player's ticket; a queued one tries for a seat again. A matched one stays the same until its seat is given up.
   * Throws `matchmaking.ticket_not_found` when the player has no such ticket.
   */
  async status(environmentId: EnvironmentId, playerId: string, ticketId: string): Promise<Ticket> {
    const read = await this.#find(environmentId, playerId, ticketId);
    return read.ticket.state.tag === "matched" ? read.ticket : this.#tryForSeat(environmentId, playerId, read);
  }

  /** Removes the ticket. Throws `matchmaking.ticket_not_found` when the player has no such ticket. */
  async cancel(environmentId: EnvironmentId, playerId: string, ticketId: string): Promise<void> {
    for (let attempt = 0; attempt < MAX_CANCEL_ATTEMPTS; attempt += 1) {
      const read = await this.#find(environmentId, playerId, ticketId);
      if (!(await this.#deps.tickets.remove(environmentId, playerId, read))) continue;
      this.#deps.metrics.tickets.inc({ event: "cancelled" });
      return;
    }
    throw new AppError("service.unavailable", "The ticket keeps changing. Cancel it again.");
  }

  async #find(environmentId: EnvironmentId, playerId: string, ticketId: string): Promise<ReadTicket> {
    const read = await this.#deps.tickets.find(environmentId, playerId);
    if (read?.ticket.ticketId === ticketId) return read;
    throw new AppError(
      "matchmaking.ticket_not_found",
      "You have no ticket of this id: it expired, was cancelled or was replaced. Join again.",
    );
  }

  async #checkMode(environmentId: EnvironmentId, mode: string): Promise<void> {
    const servers = await this.#deps.servers.live(environmentId);
    const modes = new Set(servers.flatMap((server) => server.modes));
    if (servers.length === 0 || modes.has(mode)) return;
    const known = [...modes].sort().join(", ");
    throw new AppError("matchmaking.unknown_mode", `No game server has the mode ${mode}. The modes are: ${known}.`, {
      errors: [{ field: "mode", message: `must be one of ${known}` }],
    });
  }

  /**
   * Looks for a seat, unless another request is doing so for this ticket. The ticket itself says who looks: whoever
   * changes it from queued to allocating. If it is cancelled or replaced meanwhile, the held seat returns itself.
   */
  async #tryForSeat(environmentId: EnvironmentId, playerId: string, read: ReadTicket): Promise<Ticket> {
    const { tickets, allocator, metrics } = this.#deps;
    const { ticket } = read;
    const now = this.#now();
    if (ticket.state.tag === "allocating" && ticket.state.untilMs > now) return ticket;
    if (ticket.state.tag === "queued" && ticket.state.triedAtMs > now - MIN_SEARCH_INTERVAL_MS) return ticket;
    const allocating: Ticket = { ...ticket, state: { tag: "allocating", untilMs: now + MAX_ALLOCATION_MS } };
    const claimed = await tickets.change(environmentId, playerId, read, allocating, QUEUED_TICKET_MS);
    if (claimed === undefined) return ticket;
    const queued: Ticket = { ...ticket, state: { tag: "queued", triedAtMs: now } };
    let next = queued;
    try {
      const seat = await allocator.requestSeat(environmentId, { mode: ticket.mode, playerId });
      if (seat !== undefined) next = await this.#matched(environmentId, playerId, ticket, seat);
    } finally {
      const ttlMs = next.state.tag === "matched" ? SEAT_HOLD_MS : QUEUED_TICKET_MS;
      const isKept = (await tickets.change(environmentId, playerId, claimed, next, ttlMs)) !== undefined;
      if (isKept && next.state.tag === "matched") metrics.tickets.inc({ event: "matched" });
      if (!isKept) next = queued;
    }
    return next;
  }

  async #matched(
    environmentId: EnvironmentId,
    playerId: string,
    ticket: Ticket,
    seat: { endpoint: string; roomId: string },
  ): Promise<Ticket> {
    const { displayName } = await this.#deps.accounts.player(environmentId, playerId);
    const { mode } = ticket;
    const joinTicket = await this.#deps.tokens.signJoinTicket(environmentId, {
      playerId,
      name: displayName,
      mode,
      roomId: seat.roomId,
    });
    return { ...ticket, state: { tag: "matched", ...seat, joinTicket } };
  }
}
