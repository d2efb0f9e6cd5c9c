// The rooms that are open in this process.
import type { RegisteredHandler } from "@colyseus/core";
import type { AnyGameRoom } from "../../rooms/kit/index.ts";

/** A room that says no bound of its own counts with this many seats. */
const MAX_COUNTED_SEATS = 10_000;

/** A live set of rooms, kept by Colyseus' own life-cycle events. */
export class OpenRooms implements Iterable<AnyGameRoom> {
  readonly #rooms = new Set<AnyGameRoom>();

  /** Follows the rooms of one mode from now on. */
  follow(handler: RegisteredHandler): void {
    handler.on("create", (room: AnyGameRoom) => this.#rooms.add(room));
    handler.on("dispose", (room: AnyGameRoom) => this.#rooms.delete(room));
  }

  get size(): number {
    return this.#rooms.size;
  }

  /** Clients in all rooms. */
  get clientCount(): number {
    let count = 0;
    for (const room of this.#rooms) count += room.clients.length;
    return count;
  }

  /** Open rooms by mode. */
  countByMode(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { roomName } of this.#rooms) counts[roomName] = (counts[roomName] ?? 0) + 1;
    return counts;
  }

  /** Seats that are free in open rooms, by mode; modes without one are left out. */
  freeSeatsByMode(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { roomName, freeSeats } of this.#rooms) {
      if (freeSeats > 0) counts[roomName] = (counts[roomName] ?? 0) + Math.min(freeSeats, MAX_COUNTED_SEATS);
    }
    return counts;
  }

  [Symbol.iterator](): Iterator<AnyGameRoom> {
    return this.#rooms.values();
  }
}
