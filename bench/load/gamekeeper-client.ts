// A client of this project's server. It answers every tick with real input frames; what snapshots hold, only a sampled one looks at.

import {
  decodeControl,
  FrameKind,
  GameWire,
  InputSender,
  ReceivedTicks,
  SnapshotDecoder,
} from "../../shared/netcode/index.ts";
import { benchGame } from "../games/gamekeeper-game.ts";
import type { Scene } from "../games/scene.ts";
import type { Seat } from "../servers/measured-server.ts";
import { intentOf, type LoadClient, type Place } from "./load-client.ts";
import { SocketClient } from "./socket-client.ts";
import { takeSeat } from "./take-seat.ts";

const JOIN_ROOM = 10;
const CODE_MASK = 0x1f;
/** Offsets into a snapshot's header ([SNAP4] of SPEC.md): flags above the epoch, then the tick and the input's. */
const FLAGS = 1;
const HAS_INPUT = 0x40;
const TICK = 2;
const INPUT_TICK = 6;
const MIN_SNAPSHOT_BYTES = 6;

const wires = new WeakMap<Scene, GameWire>();

/** The compiled wire of a scene, made once. */
function wireOf(scene: Scene): GameWire {
  let wire = wires.get(scene);
  if (!wire) {
    wire = new GameWire(benchGame(scene).netcode!);
    wires.set(scene, wire);
  }
  return wire;
}

/** A client that plays in snapshots. */
export class GamekeeperClient extends SocketClient implements LoadClient {
  readonly #scene: Scene;
  readonly #wire: GameWire;
  readonly #index: number;
  readonly #isSampled: boolean;
  readonly #values: number[] = [0, 0, 0];
  readonly #received = new ReceivedTicks();
  #sender: InputSender | undefined;
  #decoder: SnapshotDecoder | undefined;
  #onPlaying: (() => void) | undefined;
  readonly #framesPerInput: number;
  #framesSent = 0;
  #freshCount = 0;
  #knownCount = 0;

  /** A client that says each input in so many frames, one a call of `sendInput`. */
  constructor(scene: Scene, index: number, isSampled: boolean, framesPerInput = 1) {
    super();
    this.#framesPerInput = framesPerInput;
    this.#scene = scene;
    this.#wire = wireOf(scene);
    this.#index = index;
    this.#isSampled = isSampled;
  }

  async join(port: number, seat: Seat): Promise<void> {
    const path = await takeSeat(port, seat, { snapshots: this.#wire.fingerprint });
    const playing = new Promise<void>((resolve) => {
      this.#onPlaying = resolve;
    });
    await this.open(port, path);
    await playing;
  }

  sendInput(): void {
    const sender = this.#sender;
    if (!sender) return;
    if (this.#framesSent++ % this.#framesPerInput === 0) this.#pushInput(sender);
    this.sendFrame(sender.encode(performance.now(), this.#received));
  }

  #pushInput(sender: InputSender): void {
    const { moveX, moveY, yaw } = intentOf(this.#scene, this.#index, sender.newestTick + 1);
    this.#values[0] = moveX;
    this.#values[1] = moveY;
    this.#values[2] = yaw;
    const tick = sender.push(this.#values);
    this.counters.timing?.sent(tick);
  }

  places(): ReadonlyMap<number, Place> | undefined {
    if (!this.#decoder) return undefined;
    const places = new Map<number, Place>();
    const values: number[] = [];
    for (const track of this.#decoder.entities.values()) {
      if (track.sample(track.newestTick, values))
        places.set(track.id, { x: values[0]!, y: values[1]!, yaw: values[2]! });
    }
    return places;
  }

  get freshShare(): number {
    return this.#knownCount === 0 ? Number.NaN : this.#freshCount / this.#knownCount;
  }

  protected override onFrame(frame: Buffer): void {
    const kind = frame[0]!;
    if (kind === FrameKind.snapshot) {
      this.#onSnapshot(frame);
      return;
    }
    this.counters.otherFrames += 1;
    if (kind === FrameKind.channel) this.#onControl(frame);
    else if ((kind & CODE_MASK) === JOIN_ROOM) this.sendFrame(Uint8Array.of(JOIN_ROOM));
  }

  #onControl(frame: Buffer): void {
    const message = decodeControl(frame);
    if (message?.type !== "welcome") return;
    this.#sender = new InputSender(this.#wire.input, message);
    if (this.#isSampled) this.#decoder = new SnapshotDecoder(this.#wire.snapshots, message);
  }

  #onSnapshot(frame: Buffer): void {
    if (frame.length < MIN_SNAPSHOT_BYTES) {
      this.counters.fault("a snapshot shorter than its header");
      return;
    }
    const tick = frame.readUInt32LE(TICK);
    const { newest } = this.#received;
    if (newest >= 0 && tick !== newest + 1)
      this.counters.fault(`the snapshot of tick ${tick} came after that of ${newest}`);
    this.#received.add(tick);
    const inputTick = (frame[FLAGS]! & HAS_INPUT) === 0 ? -1 : frame.readUInt32LE(INPUT_TICK);
    if (inputTick >= 0) this.#sender?.confirm(inputTick);
    this.counters.snapshot(frame.length, inputTick);
    if (this.#decoder) this.#decode(this.#decoder, frame);
    this.#onPlaying?.();
    this.#onPlaying = undefined;
  }

  #decode(decoder: SnapshotDecoder, frame: Buffer): void {
    const outcome = decoder.decode(frame);
    if (outcome !== "applied") this.counters.fault(`a snapshot was ${outcome}`);
    for (const track of decoder.entities.values()) {
      this.#knownCount += 1;
      if (track.newestTick === decoder.header.tick) this.#freshCount += 1;
    }
  }
}
