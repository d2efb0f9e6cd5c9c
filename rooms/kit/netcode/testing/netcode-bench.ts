// A room's netcode without a room: points that move, clients that are queues, and time in the test's hands.
import type { Client } from "@colyseus/core";
import { GameWire } from "../../../../shared/netcode/index.ts";
import { integer, type NetcodeDeclaration, range } from "../../../../shared/schema/motion.ts";
import { FrameQueue, SnapshotPlayer } from "../../testing/index.ts";
import { RoomNetcode, type RoomNetcodeOptions } from "../room-netcode.ts";

export const TICK_HZ = 30;
export const TICK_MS = 1000 / TICK_HZ;

/** Something that moves. */
export interface Dot {
  x: number;
  y: number;
  team: number;
}

const NETCODE: NetcodeDeclaration = {
  motion: { dots: { x: range(-500, 500, 24), y: range(-500, 500, 24) } },
  self: { x: range(-500, 500, 24), y: range(-500, 500, 24) },
  input: { moveX: integer(-1, 1) },
  capacity: 1_200,
};

/** A seat and the frames under way to and from it. */
export interface NetcodeSeat {
  readonly sessionId: string;
  /** The dot that this client plays. */
  readonly dot: Dot;
  /** The client's codecs; they outlive a reconnection. */
  readonly player: SnapshotPlayer;
  readonly downlink: FrameQueue;
  readonly uplink: FrameQueue;
}

/** One `RoomNetcode` and its clients. */
export class NetcodeBench {
  readonly wire = new GameWire(NETCODE);
  readonly dots = new Set<Dot>();
  readonly seats = new Map<string, NetcodeSeat>();
  readonly netcode: RoomNetcode<{ moveX: number }>;
  nowMs = 10_000;
  tick = -1;

  constructor(options: Partial<RoomNetcodeOptions> = {}) {
    this.netcode = new RoomNetcode({
      wire: this.wire,
      tickHz: TICK_HZ,
      sources: { dots: () => this.dots },
      playerOf: (sessionId) => this.seats.get(sessionId)?.dot,
      ...options,
    });
  }

  /** Puts a dot into the world. */
  add(x: number, y: number, team = 0): Dot {
    const dot = { x, y, team };
    this.dots.add(dot);
    return dot;
  }

  /** Seats a client that plays `dot`. `onSent` sees every frame that it is sent. */
  join(sessionId: string, dot: Dot, onSent?: (frame: Uint8Array) => void): NetcodeSeat {
    const player = new SnapshotPlayer(this.wire);
    const downlink = new FrameQueue((frame) => void player.take(frame), onSent);
    const uplink = new FrameQueue((frame) => void this.netcode.inputsOf(sessionId)?.receive(frame, this.nowMs));
    const seat = { sessionId, dot, player, downlink, uplink };
    this.seats.set(sessionId, seat);
    this.connect(seat);
    return seat;
  }

  /** A new connection of a seat; what was under way is lost. */
  connect({ sessionId, downlink, uplink }: NetcodeSeat): void {
    for (const queue of [downlink, uplink]) while (queue.length > 0) queue.drop(0);
    const raw = (frame: Uint8Array): void => downlink.push(frame);
    this.netcode.connect({ sessionId, raw } as unknown as Client, true);
  }

  /** Ends a tick of the server's: snapshots set out. */
  step(): void {
    this.nowMs += TICK_MS;
    this.tick += 1;
    this.netcode.commit();
    this.netcode.send(this.nowMs, () => true);
  }

  /** A tick in which everything arrives at once, and is answered. */
  round(): void {
    this.step();
    for (const seat of this.seats.values()) {
      seat.downlink.deliver();
      this.answer(seat);
      seat.uplink.deliver();
    }
  }

  /** Sends one tick of input and what has arrived. */
  answer({ player, uplink }: NetcodeSeat, viewTick?: number): void {
    const frame = player.inputFrame({ moveX: 0 }, this.nowMs, viewTick);
    if (frame) uplink.push(frame);
  }
}
