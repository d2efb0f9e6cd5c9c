// A room and its clients without a network or a clock: the test advances ticks and decides when each frame arrives.

import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { type Client, connectClientToRoom, LocalDriver, LocalPresence, matchMaker } from "@colyseus/core";
import { type RoomClock, Room as SdkRoom } from "@colyseus/sdk";
import { WebSocketClient } from "@colyseus/ws-transport";
import { frameKindOf, type GameWire } from "../../../shared/netcode/index.ts";
import type { AnyGameRoom, SeatAuth } from "../game-room.ts";
import { installRoomHost, type RoomFailure } from "../room-host.ts";
import { FrameQueue } from "./frame-queue.ts";
import { SnapshotPlayer } from "./snapshot-player.ts";

const OPEN = 1;
const CLOSED = 3;
const MODE = "bench";
/** An interval that does not come while a test runs. */
const NEVER_MS = 2 ** 31 - 1;

let isSetUp = false;

/** What a client of a bench brings. */
export interface BenchSeat {
  /** With it the client speaks snapshots. */
  readonly wire?: GameWire;
  /** Sees every frame that the client is sent, from the first on, on each of its connections. */
  readonly onSent?: (frame: Uint8Array) => void;
  /** Takes the room over before anything is delivered, and its snapshots too: a client of its own, e.g. a `GameSession`. */
  readonly onRoom?: (room: SdkRoom) => void;
}

/** A seated client: the real SDK's room, with its two directions in the test's hands. */
export interface BenchClient<State> {
  readonly room: SdkRoom<unknown, State>;
  readonly sessionId: string;
  /** Frames from the client to the room. */
  readonly uplink: FrameQueue;
  /** Frames from the room to the client. */
  readonly downlink: FrameQueue;
  readonly seat: BenchSeat;
  /** The client's codecs, when it speaks snapshots. */
  readonly snapshots: SnapshotPlayer | undefined;
  /** The socket closes without a goodbye. */
  cut(): void;
}

interface ConnectingClient<State> extends BenchClient<State> {
  readonly server: Client & WebSocketClient;
}

/** One room of one class under test. Time is virtual: it moves by `advance` alone. */
export class RoomBench<Room extends AnyGameRoom, State> {
  readonly room: Room;
  readonly failures: RoomFailure[] = [];
  readonly #clients: BenchClient<State>[] = [];
  readonly #tickHz: number;
  #nowMs = 1_000_000;
  #tick = 0;
  #seats = 0;

  private constructor(room: Room, tickHz: number) {
    this.room = room;
    this.#tickHz = tickHz;
    clearInterval(room["_simulationInterval"]);
    if (!room["_simulationInterval"]) room.patchRate = NEVER_MS;
    Object.assign(room.clock, { now: () => this.#nowMs });
    room.clock.start();
  }

  /** Opens a room of `roomClass` at the rate that its timestep runs with; for a room without one, that of its patches. */
  static async open<Room extends AnyGameRoom, State>(
    roomClass: new () => Room,
    tickHz: number,
    options: object = {},
  ): Promise<RoomBench<Room, State>> {
    if (!isSetUp) {
      await matchMaker.setup(new LocalPresence(), new LocalDriver());
      isSetUp = true;
    }
    const failures: RoomFailure[] = [];
    installRoomHost({
      admit: () => Promise.reject(new Error("A bench seats its clients itself.")),
      onRoomFailed: (failure) => failures.push(failure),
      onTick: () => undefined,
      onWatchFailed: (error) => {
        throw error;
      },
    });
    matchMaker.defineRoomType(MODE, roomClass);
    const { roomId } = await matchMaker.createRoom(MODE, options);
    const bench = new RoomBench<Room, State>(matchMaker.getLocalRoomById(roomId) as Room, tickHz);
    return Object.assign(bench, { failures });
  }

  /** Virtual milliseconds since the room began. */
  get elapsedMs(): number {
    return this.room.clock.elapsedTime;
  }

  /** Seats a player and delivers the handshake and the first state. */
  async join(name: string, seat: BenchSeat = {}): Promise<BenchClient<State>> {
    const client = this.#connect(`session-${++this.#seats}`, seat);
    const claims: SeatAuth = {
      sub: randomUUID(),
      jti: randomUUID(),
      exp: 0,
      name,
      mode: MODE,
      roomId: this.room.roomId,
      ...(seat.wire && { snapshots: seat.wire.fingerprint }),
    };
    await this.room["_reserveSeat"](client.sessionId, {}, claims);
    return this.#enter(client);
  }

  /** Brings a client that was cut back into its seat, with a new socket and nothing remembered. */
  async reconnect({ sessionId, seat }: BenchClient<State>): Promise<BenchClient<State>> {
    const tokens = Object.entries(this.room["_reconnections"]) as [string, [string, unknown]][];
    const reconnectionToken = tokens.find(([, [waiting]]) => waiting === sessionId)?.[0];
    if (!reconnectionToken) throw new Error(`No seat waits for ${sessionId}: cut() it first, and not for too long.`);
    return this.#enter(this.#connect(sessionId, seat), { reconnectionToken });
  }

  /** Runs `ticks` ticks. `between` is called before each: the place to send inputs and to deliver frames. */
  advance(ticks: number, between: (tick: number) => void = () => undefined): void {
    const dt = 1 / this.#tickHz;
    for (let count = 0; count < ticks; count++) {
      between(this.#tick);
      this.#nowMs += 1000 * dt;
      this.room.clock.tick();
      this.room.advance({ dt, dtMs: 1000 * dt, tick: this.#tick++, subSteps: 1, subDt: dt, subDtMs: 1000 * dt });
    }
  }

  /** Lets `ms` of virtual time pass in a room without a tick: its timers run, and what has changed goes out. */
  elapse(ms: number): void {
    const stepMs = 1000 / this.#tickHz;
    for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
      this.#nowMs += Math.min(stepMs, ms - passedMs);
      this.room.broadcastPatch();
    }
  }

  /** Delivers everything that is under way, both ways. */
  settle(): void {
    for (const { uplink, downlink } of this.#clients) {
      uplink.deliver();
      downlink.deliver();
    }
  }

  /** Disposes the room. */
  async close(): Promise<void> {
    await this.room.disconnect();
  }

  async #enter(
    client: ConnectingClient<State>,
    connection: { reconnectionToken?: string } = {},
  ): Promise<BenchClient<State>> {
    await connectClientToRoom(this.room, client.server, { headers: new Headers(), ip: undefined }, connection);
    client.downlink.deliver();
    client.uplink.deliver();
    client.downlink.deliver();
    this.#clients.push(client);
    return client;
  }

  #connect(sessionId: string, seat: BenchSeat): ConnectingClient<State> {
    const room = new SdkRoom<unknown, State>(MODE);
    const snapshots = seat.wire && !seat.onRoom ? new SnapshotPlayer(seat.wire) : undefined;
    const events = { onmessage: (event: MessageEvent): void => room["onMessageCallback"](event) };
    const downlink = new FrameQueue((frame) => {
      if (!snapshots?.take(frame)) events.onmessage({ data: frame } as unknown as MessageEvent);
    }, seat.onSent);
    const socket = Object.assign(new EventEmitter(), {
      readyState: OPEN,
      send: (frame: Uint8Array, _options: object, onSent?: () => void) => {
        downlink.push(frame);
        onSent?.();
      },
      close: (code?: number) => closeSocket(code ?? 1000),
    });
    const closeSocket = (code: number): void => {
      if (socket.readyState === CLOSED) return;
      socket.readyState = CLOSED;
      socket.emit("close", code);
    };
    // What the transport does: frames of ours go to the room, all others to Colyseus.
    const uplink = new FrameQueue((frame) => {
      if (frameKindOf(frame) !== undefined) this.room.inputSink(sessionId)?.receive(frame, performance.now());
      else socket.emit("message", Buffer.from(frame));
    });
    const server = new WebSocketClient(
      sessionId,
      socket as unknown as ConstructorParameters<typeof WebSocketClient>[1],
    );
    Object.assign(room, {
      sessionId,
      roomId: this.room.roomId,
      connection: {
        get isOpen() {
          return socket.readyState === OPEN;
        },
        events,
        transport: { send: (frame: Uint8Array) => uplink.push(frame) },
        send(frame: Uint8Array) {
          this.transport.send(frame);
        },
        close: () => closeSocket(1006),
      },
    });
    this.#giveVirtualClock(room);
    seat.onRoom?.(room);
    return { room, sessionId, uplink, downlink, seat, snapshots, server, cut: () => closeSocket(1006) };
  }

  /** The client's estimate of the server's time is exact here: what a test delays are frames, not clocks. */
  #giveVirtualClock(room: SdkRoom<unknown, State>): void {
    const now = (): number => this.elapsedMs;
    const clock: RoomClock = {
      now,
      serverNow: now,
      renderNow: now,
      rtt: () => 0,
      smoothedRtt: () => 0,
      jitter: () => 0,
      lastServerTime: now,
      sample: () => undefined,
    };
    Object.defineProperty(room, "clock", { get: () => clock, set: () => undefined });
  }
}
