// One seated client that speaks snapshots: its codecs, its inputs, what it sees, and how long its link takes.
import {
  EPOCH_COUNT,
  encodeControl,
  type GameWire,
  type IdSet,
  InputReceiver,
  ReceivedTicks,
  SnapshotEncoder,
  type SnapshotRequest,
} from "../../../shared/netcode/index.ts";
import { AckRoundTrip } from "./ack-round-trip.ts";
import type { MotionTracker } from "./motion-tracker.ts";

/** The way out to a client: one that may be lost, and one that may not. */
export interface SnapshotLink {
  /** Sends the snapshot of `tick`, which the next one replaces, over whichever channel is better now. */
  sendFast(frame: Uint8Array, tick: number): void;
  /** Sends a frame that must arrive. */
  sendReliable(frame: Uint8Array): void;
  /** The snapshot of `tick` was acknowledged, for the first time, `rttMs` after it was sent; what chooses the channel wants to know. */
  onAcknowledged(tick: number, rttMs: number): void;
}

/** Takes the input frames of one seat. */
export interface InputSink {
  /** Takes a frame that arrived at `nowMs`, and keeps nothing of it. False when it is malformed. */
  receive(frame: Uint8Array, nowMs: number): boolean;
}

/** Filled anew for each snapshot of any seat. */
const request: SnapshotRequest = { visible: [] };

/** What the seat has of its room. */
export interface SnapshotSeatOptions {
  readonly wire: GameWire;
  readonly tracker: MotionTracker;
  readonly budgetBytes: number;
  readonly tickHz: number;
}

/** Inputs that were applied, and those that no frame brought in time. */
export interface InputCounts {
  applied: number;
  lost: number;
}

/** One life of a connection. */
interface Life {
  readonly link: SnapshotLink;
  readonly encoder: SnapshotEncoder;
  /** Acknowledged ticks that the link was told of. */
  readonly told: ReceivedTicks;
  isWelcomed: boolean;
}

/** A seat. Its snapshots begin anew with each connection; its own state, its id and the numbers of its inputs stay. */
export class SnapshotSeat<Input> implements InputSink {
  readonly roundTrip = new AckRoundTrip();
  /** Id of the player's own state. */
  readonly selfId: number;
  readonly #options: SnapshotSeatOptions;
  readonly #values: Float64Array;
  readonly #input: Record<string, number | boolean> = {};
  readonly #receiver: InputReceiver;
  #applied = 0;
  /** How many of the receiver's losses were told. */
  #lostTold = 0;
  #epoch = -1;
  #life: Life | undefined;

  constructor(options: SnapshotSeatOptions) {
    this.#options = options;
    this.#values = new Float64Array(options.wire.input.size);
    this.#receiver = new InputReceiver(options.wire.input);
    this.selfId = options.tracker.reserve(options.wire.selfKind);
  }

  /** The client is there, or there again: both ends begin with new codecs, and inputs go on where they were. */
  connect(link: SnapshotLink): void {
    const { tracker, budgetBytes } = this.#options;
    this.#epoch = (this.#epoch + 1) % EPOCH_COUNT;
    this.#receiver.restart(this.#epoch);
    const encoder = new SnapshotEncoder(tracker.history, { budgetBytes, epoch: this.#epoch });
    this.#life = { link, encoder, told: new ReceivedTicks(), isWelcomed: false };
  }

  /** The socket is gone; the seat may wait for another. Inputs that have arrived are applied all the same. */
  disconnect(): void {
    this.#life = undefined;
  }

  /** Moment, in ticks, that the player saw when it made the input taken last; NaN when unknown. */
  get viewTick(): number {
    return this.#receiver.lastTakenViewTick;
  }

  /** Takes an input frame. False when it is malformed. */
  receive(frame: Uint8Array, nowMs: number): boolean {
    const life = this.#life;
    if (!life) return true;
    const outcome = this.#receiver.accept(frame, nowMs);
    if (outcome === "malformed" || outcome === "foreign") return outcome === "foreign";
    const { snapshotTick, snapshotMask } = this.#receiver.header;
    if (snapshotTick < 0) return true;
    life.encoder.acknowledge(snapshotTick, snapshotMask, this.#epoch);
    this.roundTrip.acknowledged(snapshotTick, nowMs);
    this.#noteAcknowledged(life, snapshotTick, snapshotMask, nowMs);
    return true;
  }

  /** Every ack repeats those of the 32 ticks before its newest; each tick is news once. */
  #noteAcknowledged({ link, told }: Life, newest: number, mask: number, nowMs: number): void {
    const isNews = !told.has(newest);
    let fresh = mask & ~told.maskAt(newest);
    told.addAll(newest, mask);
    // In the order they were sent: an older one that is told after a newer one would count as lost in between.
    while (fresh !== 0) {
      const bit = 31 - Math.clz32(fresh);
      fresh ^= 1 << bit;
      this.#tell(link, newest - 1 - bit, nowMs);
    }
    if (isNews) this.#tell(link, newest, nowMs);
  }

  /** A client may say that it has what it was never sent. */
  #tell(link: SnapshotLink, tick: number, nowMs: number): void {
    const sentMs = this.roundTrip.sentMs(tick);
    if (!Number.isNaN(sentMs)) link.onAcknowledged(tick, nowMs - sentMs);
  }

  /** Inputs that wait. */
  get size(): number {
    return this.#receiver.depth;
  }

  /** The next input in order, as an object that the next call overwrites; `undefined` when none waits. */
  next(): Input | undefined {
    const { input: layout } = this.#options.wire;
    if (!this.#receiver.take(this.#values)) return undefined;
    this.#applied += 1;
    for (let field = 0; field < layout.size; field++) {
      const value = this.#values[field]!;
      this.#input[layout.names[field]!] = layout.specs[field]!.type === "boolean" ? value !== 0 : value;
    }
    return this.#input as Input;
  }

  /** Adds to `counts` the inputs that were applied, and lost for good, since the last call. */
  countInputs(counts: InputCounts): void {
    const { lostCount } = this.#receiver;
    counts.applied += this.#applied;
    counts.lost += lostCount - this.#lostTold;
    this.#applied = 0;
    this.#lostTold = lostCount;
  }

  /** Sends this tick's snapshot, after a welcome if it is the first of this life. */
  send(visible: IdSet, weightOf: ((id: number) => number) | undefined, nowMs: number): void {
    const life = this.#life;
    if (!life) return;
    const { wire, tracker, tickHz } = this.#options;
    if (!life.isWelcomed) {
      life.isWelcomed = true;
      const { nextInput } = this.#receiver;
      const { capacity } = wire;
      life.link.sendReliable(encodeControl({ type: "welcome", epoch: this.#epoch, capacity, tickHz, nextInput }));
    }
    const { encoder, link } = life;
    const receiver = this.#receiver;
    request.visible = visible;
    request.weightOf = weightOf;
    request.firstId = this.selfId;
    request.inputTick = receiver.lastTakenTick;
    request.inputDepth = receiver.depth;
    request.echoStamp = receiver.echoStamp;
    request.echoHoldMs = receiver.echoHoldMs(nowMs);
    const frame = encoder.encode(request);
    this.roundTrip.sent(tracker.history.tick, nowMs);
    link.sendFast(frame, tracker.history.tick);
  }

  /** The seat is given up. */
  close(): void {
    this.#life = undefined;
    this.#options.tracker.release(this.selfId);
  }
}
