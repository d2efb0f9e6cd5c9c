// Whose seats a room has: promised to a ticket, sat in, or waiting for a player who dropped.
import type { Client, Room } from "@colyseus/core";
import { ROOM_CLOSE } from "../../shared/schema/close-codes.ts";
import { type JoinTicketClaims, SEAT_HOLD_MS, type SessionEndReason } from "../../shared/schema/platform/index.ts";
import { HeldSeats } from "./held-seats.ts";

/** The seats of one room. A player has one, and a newer claim takes it over. */
export class RoomSeats {
  readonly #room: Room;
  readonly #held = new HeldSeats(SEAT_HOLD_MS);
  readonly #waiting = new Map<string, { claims: JoinTicketClaims | undefined; giveUp: () => void }>();
  #heldTimer: NodeJS.Timeout | undefined;

  constructor(room: Room) {
    this.#room = room;
  }

  /** Whether anybody sits here, or may still come back to a seat that waits. */
  get hasPlayers(): boolean {
    return this.#room.clients.length > 0 || this.#waiting.size > 0;
  }

  /** Seats that a newcomer could be promised now. */
  get free(): number {
    if (this.#room.locked) return 0;
    return Math.max(0, this.#room.maxClients - this.#takenCount(Date.now()));
  }

  /** Promises a seat for `SEAT_HOLD_MS`; false when the room is locked, or full for somebody new. */
  hold(playerId: string): boolean {
    const now = Date.now();
    const isReturning = this.#held.has(playerId, now) || this.#sessionOf(playerId) !== undefined;
    if (this.#room.locked || (!isReturning && this.free === 0)) return false;
    this.#held.hold(playerId, now);
    this.#stayOpen();
    return true;
  }

  /** A ticket was admitted: whatever seat this player still had here is given up for the new one. */
  welcome(playerId: string): void {
    const room = this.#room;
    this.#held.release(playerId);
    // Setting it anew gives the room another second: the one who leaves must not close it on the one who comes.
    room.autoDispose = false;
    room.autoDispose = this.#held.count(Date.now()) === 0;
    const sessionId = this.#sessionOf(playerId);
    if (sessionId === undefined) return;
    const waiting = this.#waiting.get(sessionId);
    if (waiting) waiting.giveUp();
    else room.kickClient(sessionId, ROOM_CLOSE.seatTakenOver, "This player joined again from somewhere else.");
  }

  /** Keeps a dropped client's seat for `seconds`; `onGivenUp` when nobody came back to it. */
  keep(client: Client, seconds: number, onGivenUp: () => void): void {
    const { sessionId } = client;
    const reconnection = this.#room.allowReconnection(client as never, seconds);
    const timer = this.#room["_reservedSeatTimeouts"][sessionId];
    const giveUp = (): void => reconnection.reject(new Error("seat given up"));
    this.#waiting.set(sessionId, { claims: claimsOf(client), giveUp });
    reconnection.then(
      () => this.#waiting.delete(sessionId),
      () => {
        // Colyseus forgets the timer of a seat that is given up early, and it would run on.
        clearTimeout(timer);
        this.#waiting.delete(sessionId);
        onGivenUp();
      },
    );
  }

  /** Gives up every seat of sessions that have ended: connections are closed, waiting seats wait no longer. Counts by reason. */
  evict(ended: ReadonlyMap<string, SessionEndReason>): Map<SessionEndReason, number> {
    const counts = new Map<SessionEndReason, number>();
    const reasonOf = (claims: JoinTicketClaims | undefined): SessionEndReason | undefined => {
      const reason = claims && ended.get(claims.sid);
      if (reason) counts.set(reason, (counts.get(reason) ?? 0) + 1);
      return reason;
    };
    for (const { claims, giveUp } of [...this.#waiting.values()]) if (reasonOf(claims)) giveUp();
    for (const client of [...this.#room.clients]) {
      const reason = reasonOf(claimsOf(client));
      if (reason) this.#room.kickClient(client.sessionId, ...closeOf(reason));
    }
    return counts;
  }

  /** The room is gone: timers of seats that nobody will take would keep its process alive. */
  forget(): void {
    clearTimeout(this.#heldTimer);
    for (const timer of Object.values<NodeJS.Timeout>(this.#room["_reservedSeatTimeouts"])) clearTimeout(timer);
  }

  /** A room with a promised seat does not close, though it be empty, until the promise is kept or over. */
  #stayOpen(): void {
    this.#room.autoDispose = false;
    clearTimeout(this.#heldTimer);
    this.#heldTimer = setTimeout(() => {
      this.#room.autoDispose = true;
    }, SEAT_HOLD_MS);
  }

  #sessionOf(playerId: string): string | undefined {
    for (const [sessionId, seat] of this.#waiting) if (seat.claims?.sub === playerId) return sessionId;
    return this.#room.clients.find((client) => claimsOf(client)?.sub === playerId)?.sessionId;
  }

  /** Seats that are taken: connected, reserved by Colyseus (joining or reconnecting), and held for a ticket. */
  #takenCount(nowMs: number): number {
    return this.#room.clients.length + Object.keys(this.#room["_reservedSeats"]).length + this.#held.count(nowMs);
  }
}

function claimsOf(client: Client): JoinTicketClaims | undefined {
  return client.auth as JoinTicketClaims | undefined;
}

function closeOf(reason: SessionEndReason): [code: number, text: string] {
  if (reason === "banned") return [ROOM_CLOSE.banned, "This player was banned."];
  return [ROOM_CLOSE.sessionEnded, `The session has ended: ${reason}.`];
}
