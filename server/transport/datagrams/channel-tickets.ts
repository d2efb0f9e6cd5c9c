// Channel tickets: who may open a data channel, for which seat, once.
import { randomBytes } from "node:crypto";
import type { SignallingRefusal } from "./datagram-channel.ts";

/** A ticket is used at once or not at all: the client has it in its hands when the answer to its join arrives. */
export const TICKET_SECONDS = 15;

/** Sessions that may hold an unused ticket at once; more than the seats of any one process. The oldest makes room. */
export const MAX_TICKETS = 8_192;

/**
 * Channels that one issued ticket may lead to: the first try, and one more after a failure. About one connection in sixty
 * fails its certificate check for no reason of the client's.
 */
export const MAX_ATTEMPTS = 2;

/** 192 bits: not guessable, and short in a header. */
const TICKET_BYTES = 24;

/** What a used ticket allowed. */
export interface Admission {
  readonly sessionId: string;
  /** 1 for a ticket that was issued, 2 for the one that came with its connection. */
  readonly attempt: number;
}

interface Ticket extends Admission {
  readonly value: string;
  readonly expiresAtMs: number;
}

/** Issued tickets that nobody has used yet; at most one a session. Time is an argument, in milliseconds. */
export class ChannelTickets {
  readonly #byValue = new Map<string, Ticket>();
  readonly #bySession = new Map<string, Ticket>();

  get size(): number {
    return this.#byValue.size;
  }

  /** A new ticket for the session; its older one is void. */
  issue(sessionId: string, nowMs: number, attempt = 1): string {
    this.revoke(sessionId);
    if (this.#byValue.size >= MAX_TICKETS) this.#voidOldest();
    const value = randomBytes(TICKET_BYTES).toString("base64url");
    const ticket = { value, sessionId, attempt, expiresAtMs: nowMs + TICKET_SECONDS * 1_000 };
    this.#byValue.set(value, ticket);
    this.#bySession.set(sessionId, ticket);
    return value;
  }

  /** What this ticket allows, or why it allows nothing. Looks only: `take` uses it up. */
  check(value: string, nowMs: number): Admission | SignallingRefusal {
    const ticket = this.#byValue.get(value);
    if (!ticket) return "bad_ticket";
    return nowMs < ticket.expiresAtMs ? ticket : "expired_ticket";
  }

  /** Voids this ticket, and no other that its session may hold by now. */
  void(value: string): void {
    const ticket = this.#byValue.get(value);
    if (ticket) this.revoke(ticket.sessionId);
  }

  /** Uses the session's ticket up. */
  revoke(sessionId: string): void {
    const ticket = this.#bySession.get(sessionId);
    if (!ticket) return;
    this.#bySession.delete(sessionId);
    this.#byValue.delete(ticket.value);
  }

  /** Forgets what has expired a while ago; until then, its holder is told that it has. */
  forgetExpired(nowMs: number): void {
    for (const ticket of this.#byValue.values()) {
      // Tickets are kept in the order they were issued, and all live equally long.
      if (nowMs < ticket.expiresAtMs + TICKET_SECONDS * 1_000) return;
      this.revoke(ticket.sessionId);
    }
  }

  #voidOldest(): void {
    const oldest = this.#byValue.values().next().value;
    if (oldest) this.revoke(oldest.sessionId);
  }
}
