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
import { DatagramLink } from "./datagram-link.ts";
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

/**
 * `always`: the server sends by datagrams, and the client plays once a snapshot came by one. Under `auto` it plays once the
 * channel is open: `calm` on a line that is good, `stalling` on one whose WebSocket pauses until datagrams take over.
 */
export type DatagramUse = "always" | "calm" | "stalling";

/** A stalling line is silent for the first part of each period; longer than the server takes for chance; ms. */
const STALL_PERIOD_MS = 600;
const STALL_MS = 300;

/** What kind of client one is. */
export interface GamekeeperClientOptions {
  /** Whether it looks into what it is sent. */
  readonly isSampled: boolean;
  /** Frames that say the same input, one a call of `sendInput`; 1 when left out. */
  readonly framesPerInput?: number;
  /** Whether and how it takes the datagram channel that it is offered; it does not when this is left out. */
  readonly datagrams?: DatagramUse;
}

/** A client that plays in snapshots. */
export class GamekeeperClient extends SocketClient implements LoadClient {
  readonly #scene: Scene;
  readonly #wire: GameWire;
  readonly #index: number;
  readonly #options: GamekeeperClientOptions;
  readonly #values: number[] = [0, 0, 0];
  readonly #received = new ReceivedTicks();
  #sender: InputSender | undefined;
  #decoder: SnapshotDecoder | undefined;
  #onPlaying: (() => void) | undefined;
  #onNoChannel: ((why: Error) => void) | undefined;
  #framesSent = 0;
  #link: DatagramLink | undefined;
  #port = 0;
  #openMs: number | undefined;
  /** Inputs go by the channel of the newest snapshot. */
  #isByDatagram = false;
  #freshCount = 0;
  #knownCount = 0;

  constructor(scene: Scene, index: number, options: GamekeeperClientOptions) {
    super();
    this.#options = options;
    this.#scene = scene;
    this.#wire = wireOf(scene);
    this.#index = index;
  }

  get channelOpenMs(): number | undefined {
    return this.#openMs;
  }

  async join(port: number, seat: Seat): Promise<void> {
    this.#port = port;
    const path = await takeSeat(port, seat, { snapshots: this.#wire.fingerprint });
    const { promise: playing, resolve, reject } = Promise.withResolvers<void>();
    this.#onPlaying = resolve;
    this.#onNoChannel = reject;
    await this.open(port, path);
    await playing;
  }

  sendInput(): void {
    const sender = this.#sender;
    if (!sender || this.#isStalled) return;
    if (this.#framesSent++ % (this.#options.framesPerInput ?? 1) === 0) this.#pushInput(sender);
    const frame = sender.encode(performance.now(), this.#received);
    if (!(this.#isByDatagram && this.#link?.send(frame))) this.sendFrame(frame);
  }

  get #isStalled(): boolean {
    if (this.#options.datagrams !== "stalling" || this.#isByDatagram) return false;
    return performance.now() % STALL_PERIOD_MS < STALL_MS;
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
      this.#onSnapshot(frame, false);
      return;
    }
    this.counters.otherFrames += 1;
    if (kind === FrameKind.channel) this.#onControl(frame);
    else if ((kind & CODE_MASK) === JOIN_ROOM) this.sendFrame(Uint8Array.of(JOIN_ROOM));
  }

  #onControl(frame: Buffer): void {
    const message = decodeControl(frame);
    if (message?.type === "channel-offer" && this.#options.datagrams) void this.#openLink(message.ticket);
    if (message?.type !== "welcome") return;
    this.#sender = new InputSender(this.#wire.input, message);
    if (this.#options.isSampled) this.#decoder = new SnapshotDecoder(this.#wire.snapshots, message);
  }

  async #openLink(ticket: string): Promise<void> {
    const beganMs = performance.now();
    try {
      this.#link = await DatagramLink.open({
        port: this.#port,
        index: this.#index,
        ticket,
        onFrame: (frame) => {
          this.counters.bytes += frame.length;
          this.counters.datagrams += 1;
          this.#onSnapshot(frame, true);
        },
        onFault: (what) => this.counters.fault(what),
      });
      this.#openMs = performance.now() - beganMs;
      if (this.#options.datagrams !== "always") this.#plays();
    } catch (error) {
      this.#onNoChannel?.(error as Error);
    }
  }

  #onSnapshot(frame: Buffer, isDatagram: boolean): void {
    if (frame.length < MIN_SNAPSHOT_BYTES) {
      this.counters.fault("a snapshot shorter than its header");
      return;
    }
    const tick = frame.readUInt32LE(TICK);
    const { newest } = this.#received;
    if (tick > newest) this.#isByDatagram = isDatagram;
    // Datagrams may be lost, and two channels have no order between them.
    if (newest >= 0 && tick !== newest + 1 && !this.#link)
      this.counters.fault(`the snapshot of tick ${tick} came after that of ${newest}`);
    this.#received.add(tick);
    const inputTick = (frame[FLAGS]! & HAS_INPUT) === 0 ? -1 : frame.readUInt32LE(INPUT_TICK);
    if (inputTick >= 0) this.#sender?.confirm(inputTick);
    this.counters.snapshot(frame.length, inputTick);
    if (this.#decoder) this.#decode(this.#decoder, frame);
    const { datagrams } = this.#options;
    if (!datagrams || (datagrams === "always" && isDatagram)) this.#plays();
  }

  #plays(): void {
    this.#onPlaying?.();
    this.#onPlaying = undefined;
  }

  #decode(decoder: SnapshotDecoder, frame: Buffer): void {
    const outcome = decoder.decode(frame);
    if (outcome === "malformed" || (outcome !== "applied" && !this.#link)) {
      this.counters.fault(`a snapshot was ${outcome}`);
    }
    for (const track of decoder.entities.values()) {
      this.#knownCount += 1;
      if (track.newestTick === decoder.header.tick) this.#freshCount += 1;
    }
  }
}
