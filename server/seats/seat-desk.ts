// Gives the platform a seat when it asks for one: in a running room that has space, or in a new one.
import { matchMaker } from "@colyseus/core";
import { AppError } from "../../shared/schema/errors.ts";
import type { SeatRequest, SeatResponse } from "../../shared/schema/platform/index.ts";
import type { OpenRooms } from "./open-rooms.ts";

/** What the desk needs to know of this process. */
export interface SeatDeskOptions {
  readonly rooms: OpenRooms;
  readonly modes: readonly string[];
  readonly maxRooms: number;
  /** Options that a new room of a mode is created with. */
  readonly optionsOf: (mode: string) => object;
}

/** The desk is this server's last word on who may come: it refuses when full or draining, whatever the platform believes. */
export class SeatDesk {
  readonly #options: SeatDeskOptions;
  #isDraining = false;
  /** New rooms are made one at a time, so that two requests at once share one room. */
  #creating: Promise<unknown> = Promise.resolve();

  constructor(options: SeatDeskOptions) {
    this.#options = options;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Refuses everybody from now on. */
  drain(): void {
    this.#isDraining = true;
  }

  /**
   * Holds a seat, in a new room only where the request allows one. Throws `matchmaking.unknown_mode`, `room.full` or
   * `server.draining`.
   */
  async hold({ mode, playerId, mayOpenRoom = true }: SeatRequest): Promise<SeatResponse> {
    if (this.#isDraining) throw new AppError("server.draining", "This game server takes no new players.");
    if (!this.#options.modes.includes(mode)) {
      throw new AppError(
        "matchmaking.unknown_mode",
        `This game server has ${this.#options.modes.join(", ")}, not ${mode}.`,
      );
    }
    const running = this.#holdInRunning(mode, playerId);
    if (running) return running;
    if (!mayOpenRoom) throw new AppError("room.full", `No running ${mode} room of this game server has a free seat.`);
    return this.#enqueue(() => this.#holdInNew(mode, playerId));
  }

  #enqueue(make: () => Promise<SeatResponse>): Promise<SeatResponse> {
    const made = this.#creating.then(make, make);
    this.#creating = made.catch(() => undefined);
    return made;
  }

  async #holdInNew(mode: string, playerId: string): Promise<SeatResponse> {
    const running = this.#holdInRunning(mode, playerId);
    if (running) return running;
    if (this.#options.rooms.size >= this.#options.maxRooms) {
      throw new AppError("room.full", `All ${this.#options.maxRooms} rooms of this game server are taken (MAX_ROOMS).`);
    }
    await matchMaker.createRoom(mode, this.#options.optionsOf(mode));
    const seat = this.#holdInRunning(mode, playerId);
    if (!seat) throw new AppError("room.full", `A new ${mode} room has no seat to give.`);
    return { ...seat, isNewRoom: true };
  }

  /** The fullest room that has space: players meet, and empty rooms go away. */
  #holdInRunning(mode: string, playerId: string): SeatResponse | undefined {
    const rooms = [...this.#options.rooms].filter((room) => room.roomName === mode);
    for (const room of rooms.sort((a, b) => b.clients.length - a.clients.length)) {
      if (room.holdSeat(playerId)) return { roomId: room.roomId, isNewRoom: false };
    }
    return undefined;
  }
}
