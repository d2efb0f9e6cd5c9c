// Which game servers to ask for a seat, and in which order: free seats are filled first, new rooms go where there is room.
import type { GameServer } from "../servers/service.ts";

/** A game server that uses this share of its core gets no more players while another can take them. */
export const MAX_FILL_LOAD = 0.9;

/**
 * For how long a room that was just opened is added to the measured load, ms. Its players come one by one, and a game
 * server measures over seconds: without this, all rooms of those seconds would go to the same one.
 */
export const SETTLING_MS = 5_000;

/** What a new room is expected to add where nothing can be measured yet: this share of a core. */
const MIN_ROOM_LOAD = 0.01;

/** Rooms that are remembered at most; the oldest are forgotten first. */
const MAX_OPENED = 10_000;

/** A room that this process had opened. */
interface Opened {
  readonly serverId: string;
  readonly mode: string;
  readonly atMs: number;
}

/** Orders game servers by their last heartbeats and by what this process did since. Time is given, in milliseconds. */
export class Placement {
  #opened: Opened[] = [];

  /** A game server has opened a room because it was asked for a seat. */
  noteOpened(serverId: string, mode: string, nowMs: number): void {
    this.#opened.push({ serverId, mode, atMs: nowMs });
    if (this.#opened.length > MAX_OPENED) this.#opened.shift();
  }

  /** Those with free seats in running rooms of `mode`, the fullest first: full rooms are better games. */
  toFill(servers: readonly GameServer[], mode: string, nowMs: number): GameServer[] {
    this.#forget(nowMs);
    const opened = new Set(this.#opened.filter((room) => room.mode === mode).map(({ serverId }) => serverId));
    return servers
      .filter(({ serverId, load, freeSeats }) => {
        return load < MAX_FILL_LOAD && ((freeSeats[mode] ?? 0) > 0 || opened.has(serverId));
      })
      .sort((a, b) => b.players - a.players || byId(a, b));
  }

  /** All of them, the least loaded first. */
  toOpenIn(servers: readonly GameServer[], nowMs: number): GameServer[] {
    this.#forget(nowMs);
    const expected = new Map(servers.map((server) => [server, this.#expectedLoad(server)]));
    return [...servers].sort((a, b) => (expected.get(a) ?? 0) - (expected.get(b) ?? 0) || byId(a, b));
  }

  /** What it measured, and for each room that is too young to be in that, as much as its other rooms cost. */
  #expectedLoad({ serverId, load, rooms }: GameServer): number {
    const young = this.#opened.filter((room) => room.serverId === serverId).length;
    return load + young * Math.max(load / Math.max(rooms, 1), MIN_ROOM_LOAD);
  }

  #forget(nowMs: number): void {
    this.#opened = this.#opened.filter(({ atMs }) => nowMs - atMs < SETTLING_MS);
  }
}

function byId(a: GameServer, b: GameServer): number {
  return a.serverId < b.serverId ? -1 : 1;
}
