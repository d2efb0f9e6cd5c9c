// A client of Nakama's authoritative match: a socket with the session's token, one join, then numbered inputs out and states in.
import type { Scene } from "../games/scene.ts";
import type { Seat } from "../servers/measured-server.ts";
import { intentOf, type LoadClient, type Place } from "./load-client.ts";
import { decodeEnvelope, encodeMatchJoin, matchDataFrame } from "./nakama-wire.ts";
import { SocketClient } from "./socket-client.ts";

/** Operation codes and sizes of the match (`bench/servers/nakama/arena.go`). */
const OP = { input: 1, state: 2, welcome: 3 } as const;
const INPUT_BYTES = 8;
const HEADER_BYTES = 5;
const RECORD_BYTES = 15;
/** Inputs are numbered by 16 bits. */
const NUMBERS = 0x1_0000;

/** A client that plays a match. */
export class NakamaClient extends SocketClient implements LoadClient {
  readonly #scene: Scene;
  readonly #index: number;
  readonly #isSampled: boolean;
  #input: { frame: Buffer; data: Buffer } | undefined;
  #id = -1;
  #sent = 0;
  #tick = -1;
  #lastState: Buffer | undefined;
  #onPlaying: (() => void) | undefined;
  #onRefused: ((error: Error) => void) | undefined;

  constructor(scene: Scene, index: number, isSampled: boolean) {
    super();
    this.#scene = scene;
    this.#index = index;
    this.#isSampled = isSampled;
  }

  async join(port: number, { roomId, ticket }: Seat): Promise<void> {
    if (roomId === undefined || ticket === undefined) throw new Error("A seat of Nakama has a match and a token.");
    await this.open(port, `/ws?format=protobuf&status=false&lang=en&token=${ticket}`);
    const playing = new Promise<void>((resolve, reject) => {
      this.#onPlaying = resolve;
      this.#onRefused = reject;
    });
    this.sendFrame(encodeMatchJoin(roomId));
    await playing;
    this.#input = matchDataFrame(roomId, OP.input, INPUT_BYTES);
  }

  sendInput(): void {
    if (!this.#input) return;
    const { frame, data } = this.#input;
    const { moveX, moveY, yaw } = intentOf(this.#scene, this.#index, this.#sent);
    this.#sent += 1;
    data.writeUInt16LE(this.#sent % NUMBERS, 0);
    data.writeInt8(moveX, 2);
    data.writeInt8(moveY, 3);
    data.writeFloatLE(yaw, 4);
    this.counters.timing?.sent(this.#sent);
    this.sendFrame(frame);
  }

  places(): ReadonlyMap<number, Place> | undefined {
    if (!this.#lastState) return undefined;
    const places = new Map<number, Place>();
    for (let at = HEADER_BYTES; at < this.#lastState.length; at += RECORD_BYTES) {
      const [x, y, yaw] = [3, 7, 11].map((field) => this.#lastState!.readFloatLE(at + field));
      places.set(this.#lastState[at]!, { x: x!, y: y!, yaw: yaw! });
    }
    return places;
  }

  protected override onFrame(frame: Buffer): void {
    const event = decodeEnvelope(frame);
    if (event.type === "matchData" && event.opCode === OP.state) {
      this.#onState(event.data, frame.length);
      return;
    }
    this.counters.otherFrames += 1;
    if (event.type === "matchData" && event.opCode === OP.welcome) this.#id = event.data.readUInt8(0);
    if (event.type !== "error") return;
    this.counters.fault(`Nakama answers: ${event.message}`);
    this.#onRefused?.(new Error(event.message));
  }

  #onState(state: Buffer, frameBytes: number): void {
    const tick = state.readUInt32LE(0);
    if (state.length !== HEADER_BYTES + RECORD_BYTES * state[4]!)
      this.counters.fault(`a state of ${state.length} bytes`);
    if (this.#tick >= 0 && tick !== this.#tick + 1) this.counters.fault(`tick ${tick} came after ${this.#tick}`);
    this.#tick = tick;
    if (this.#isSampled) this.#lastState = Buffer.from(state);
    this.counters.snapshot(frameBytes, this.#confirmedIn(state));
    if (this.#id < 0) return;
    this.#onPlaying?.();
    this.#onPlaying = undefined;
  }

  /** The newest input of this client that a state contains; -1 when it is not in it. */
  #confirmedIn(state: Buffer): number {
    for (let at = HEADER_BYTES; at < state.length; at += RECORD_BYTES) {
      if (state[at] !== this.#id) continue;
      const behind = (this.#sent - state.readUInt16LE(at + 1)) % NUMBERS;
      return this.#sent - ((behind + NUMBERS) % NUMBERS);
    }
    return -1;
  }
}
