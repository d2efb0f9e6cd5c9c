// The bare peers' only game: clients in groups as large as rooms, each group with a tick of its own.
import { everyTick } from "./bare-options.ts";
import { noteTick } from "./measured-server.ts";

/** A connected client of a bare peer. */
export interface BareClient {
  /** The newest input that came of it. */
  newestInput: number;
  /** Sends one frame that begins with the newest input and this tick. */
  sendTick(tick: number): void;
}

/** Groups of at most `roomSize` clients. */
export class BareRooms {
  readonly #roomSize: number;
  readonly #tickHz: number;
  #open: Set<BareClient> | undefined;

  constructor(roomSize: number, tickHz: number) {
    this.#roomSize = roomSize;
    this.#tickHz = tickHz;
  }

  /** Seats a client; what comes back takes it out again. */
  add(client: BareClient): () => void {
    if (!this.#open || this.#open.size >= this.#roomSize) this.#open = this.#newRoom();
    const room = this.#open;
    room.add(client);
    return () => room.delete(client);
  }

  #newRoom(): Set<BareClient> {
    const room = new Set<BareClient>();
    let tick = 0;
    everyTick(this.#tickHz, () => {
      const startedAt = performance.now();
      tick += 1;
      for (const client of room) client.sendTick(tick);
      noteTick(performance.now() - startedAt);
    });
    return room;
  }
}
