// Clients of stock Colyseus: lean ones that send what the SDK sends and count patches, and the SDK itself, which sees that state moves.

import { InputEncoder } from "@colyseus/schema/input";
import { Client, type Room } from "@colyseus/sdk";
import type { Scene } from "../games/scene.ts";
import { StockInput } from "../games/stock-room.ts";
import type { Seat } from "../servers/measured-server.ts";
import { Counters } from "./counters.ts";
import { intentOf, type LoadClient, type Place } from "./load-client.ts";
import { SocketClient } from "./socket-client.ts";
import { takeSeat } from "./take-seat.ts";

/** Codes of Colyseus 0.18's protocol (`@colyseus/shared-types`, Protocol). */
const CODE = { joinRoom: 10, roomData: 13, roomState: 14, patch: 15, input: 19 } as const;
const CODE_MASK = 0x1f;
const TIMED = 0x80;
/** A timed frame begins with its code, the server's time, and the newest input that it contains. */
const INPUT_SEQUENCE = 5;
const TIMED_BYTES = 9;

/** Which frames are the snapshots of a peer: patches, or messages. */
export type StockSnapshots = "patches" | "messages";

/** A lean client. */
export class StockClient extends SocketClient implements LoadClient {
  readonly #scene: Scene;
  readonly #index: number;
  readonly #snapshotCode: number;
  readonly #input = new StockInput();
  readonly #encoder = new InputEncoder(this.#input);
  readonly #frame = Buffer.alloc(64, CODE.input);
  #sent = 0;
  #isSeated = false;
  #onPlaying: (() => void) | undefined;

  constructor(scene: Scene, index: number, snapshots: StockSnapshots) {
    super();
    this.#scene = scene;
    this.#index = index;
    this.#snapshotCode = snapshots === "patches" ? CODE.patch : CODE.roomData;
  }

  async join(port: number, seat: Seat): Promise<void> {
    const path = await takeSeat(port, seat, {});
    const playing = new Promise<void>((resolve) => {
      this.#onPlaying = resolve;
    });
    await this.open(port, path);
    await playing;
  }

  sendInput(): void {
    if (!this.#isSeated) return;
    Object.assign(this.#input, intentOf(this.#scene, this.#index, this.#sent));
    const body = this.#encoder.encode();
    this.#frame.set(body, 1);
    this.#sent += 1;
    this.counters.timing?.sent(this.#sent);
    this.sendFrame(this.#frame.subarray(0, 1 + body.length));
  }

  places(): undefined {
    return undefined;
  }

  protected override onFrame(frame: Buffer): void {
    const code = frame[0]! & CODE_MASK;
    if (code === this.#snapshotCode) {
      this.counters.snapshot(frame.length, confirmedBy(frame));
      this.#onPlaying?.();
      this.#onPlaying = undefined;
      return;
    }
    this.counters.otherFrames += 1;
    if (code !== CODE.joinRoom) return;
    this.#isSeated = true;
    this.sendFrame(Uint8Array.of(CODE.joinRoom));
  }
}

/** The newest input that a patch contains; -1 when it does not say. */
function confirmedBy(frame: Buffer): number {
  return (frame[0]! & TIMED) === 0 || frame.length < TIMED_BYTES ? -1 : frame.readUInt32LE(INPUT_SEQUENCE);
}

interface StockState {
  readonly players: ReadonlyMap<string, Place> | undefined;
  readonly movers: ReadonlyMap<string, Place> | undefined;
}

/** The SDK, as a game would use it. */
export class SdkClient implements LoadClient {
  readonly counters = new Counters();
  readonly #scene: Scene;
  readonly #index: number;
  readonly #snapshots: StockSnapshots;
  readonly #latest = new Map<string, Place>();
  #room: Room<unknown, StockState> | undefined;
  #sent = 0;

  constructor(scene: Scene, index: number, snapshots: StockSnapshots) {
    this.#scene = scene;
    this.#index = index;
    this.#snapshots = snapshots;
  }

  async join(port: number, { roomId }: Seat): Promise<void> {
    const room = await new Client(`ws://127.0.0.1:${port}`).joinById<StockState>(roomId!);
    this.#room = room;
    room.onError((code, message) => this.counters.fault(`the SDK reports error ${code}: ${message}`));
    room.onLeave((code) => this.counters.fault(`the SDK was closed with ${code}`));
    const { events } = room.connection;
    const forRoom = events.onmessage;
    events.onmessage = (event: MessageEvent) => {
      const frame = Buffer.from(event.data);
      this.counters.bytes += frame.length;
      const code = frame[0]! & CODE_MASK;
      const isSnapshot = code === (this.#snapshots === "patches" ? CODE.patch : CODE.roomData);
      if (isSnapshot) this.counters.snapshot(frame.length, confirmedBy(frame));
      else this.counters.otherFrames += 1;
      forRoom?.(event);
    };
    if (this.#snapshots === "patches") return new Promise((resolve) => room.onStateChange.once(() => resolve()));
    return new Promise((resolve) =>
      room.onMessage("movers", (movers: ({ id: string } & Place)[]) => {
        for (const { id, x, y, yaw } of movers) this.#latest.set(id, { x, y, yaw });
        resolve();
      }),
    );
  }

  sendInput(): void {
    if (!this.#room) return;
    const input = this.#room.input<InstanceType<typeof StockInput>>();
    Object.assign(input.data, intentOf(this.#scene, this.#index, this.#sent++));
    input.send();
  }

  places(): ReadonlyMap<string, Place> | undefined {
    if (this.#snapshots === "messages") return new Map(this.#latest);
    const places = new Map<string, Place>();
    const { players, movers } = this.#room?.state ?? {};
    for (const [id, { x, y, yaw }] of players ?? []) places.set(id, { x, y, yaw });
    for (const [id, { x, y, yaw }] of movers ?? []) places.set(`mover ${id}`, { x, y, yaw });
    return places;
  }
}
