// The client's end of inputs: every frame carries all inputs that the server has not confirmed, and acknowledges snapshots.
import { BitWriter } from "./bit-writer.ts";
import type { FieldLayout } from "./field-layout.ts";
import { EPOCH_COUNT, MAX_TICK } from "./frame-kind.ts";
import { maxInputFrameBytes, maxUnconfirmedInputs, VIEW_STEPS_PER_TICK, writeInputHeader } from "./input-frames.ts";
import { clockStamp } from "./server-clock.ts";

/**
 * A frame by a channel that loses nothing repeats this many inputs at most. When a TCP stream stalls, all 64 in each frame would
 * make what has to go through it afterwards several times as much.
 */
const ORDERED_INPUTS = 16;

/** `epoch`: which life of the connection this is. `firstTick`: tick of the first input, 0 unless given. */
export type InputSenderOptions = { epoch?: number; firstTick?: number };

/** What an input frame acknowledges: `SnapshotDecoder.received`. */
export type SnapshotAck = { readonly newest: number; readonly mask: number };

/**
 * Collects a client's inputs, one a tick, and encodes frames with the full state of each unconfirmed one ([INP1] to [INP4] of SPEC.md).
 * The same bytes go over a WebSocket or a data channel. Whoever pushes no more than there is `room` for loses none.
 */
export class InputSender {
  private readonly layout: FieldLayout;
  private readonly capacity: number;
  private readonly values: Int32Array;
  private readonly writer: BitWriter;
  private epoch: number;
  private nextTick: number;
  private confirmedTick: number;
  /** Newest input that went by the channel that loses nothing, in this life of it. */
  private orderedTick: number;

  constructor(layout: FieldLayout, options: InputSenderOptions = {}) {
    this.layout = layout;
    this.epoch = (options.epoch ?? 0) % EPOCH_COUNT;
    this.nextTick = options.firstTick ?? 0;
    this.confirmedTick = this.nextTick - 1;
    this.orderedTick = this.confirmedTick;
    this.capacity = maxUnconfirmedInputs(layout);
    this.values = new Int32Array(this.capacity * layout.size);
    this.writer = new BitWriter(new Uint8Array(maxInputFrameBytes(layout)));
  }

  /** Tick of the newest input; one before the first tick when there is none. */
  get newestTick(): number {
    return this.nextTick - 1;
  }

  /** Inputs that the server has not confirmed. */
  get unconfirmedCount(): number {
    return this.newestTick - this.confirmedTick;
  }

  /** How many more may be pushed before the oldest unconfirmed one is given up. */
  get room(): number {
    return this.capacity - this.unconfirmedCount;
  }

  /**
   * Goes on in another life of the connection ([INP8]): `nextInput` is the first that the server has not taken, and of those from
   * there on the newest `kept` are carried over. Numbers go on.
   */
  restart(epoch: number, nextInput: number, kept: number): void {
    this.epoch = epoch % EPOCH_COUNT;
    this.nextTick = Math.max(this.nextTick, nextInput);
    this.confirmedTick = Math.max(this.confirmedTick, nextInput - 1, this.newestTick - kept);
    this.orderedTick = this.confirmedTick;
  }

  /**
   * Adds the next tick's input and gives its tick. `values`, by place in the layout, are replaced by what the server will read, so that
   * predicting with them predicts the server.
   */
  push(values: Float64Array | number[]): number {
    const tick = this.nextTick;
    if (tick > MAX_TICK) throw new RangeError(`input tick ${tick} is past ${MAX_TICK}: join again`);
    const start = this.startOf(tick);
    for (let field = 0; field < this.layout.size; field++) {
      const quantized = this.layout.quantize(field, values[field] ?? 0);
      this.values[start + field] = quantized;
      values[field] = this.layout.dequantize(field, quantized);
    }
    this.nextTick = tick + 1;
    this.confirmedTick = Math.max(this.confirmedTick, tick - this.capacity);
    return tick;
  }

  /** Notes the input tick of a snapshot: inputs up to it are part of the server's state. Unknown and old ticks are ignored. */
  confirm(inputTick: number): void {
    if (inputTick > this.confirmedTick && inputTick < this.nextTick) this.confirmedTick = inputTick;
  }

  /**
   * A frame with the unconfirmed inputs and `ack`, stamped with `nowMs` for the round-trip time. The bytes are a view that the
   * next call overwrites. A frame without inputs is worth sending too: it acknowledges. `viewTick` is the moment, in ticks of the
   * server, at which the player saw the others when it made the newest input; the server judges its shots there. `isOrdered` says
   * that the frame goes by a channel that loses nothing and keeps order: of what went by it before it then repeats little.
   */
  encode(nowMs: number, ack: SnapshotAck, viewTick: number = Number.NaN, isOrdered = false): Uint8Array {
    const { writer, layout } = this;
    const left = isOrdered ? Math.min(this.orderedTick, this.newestTick - ORDERED_INPUTS) : this.confirmedTick;
    const oldest = Math.max(this.confirmedTick, left) + 1;
    if (isOrdered) this.orderedTick = this.newestTick;
    const count = this.nextTick - oldest;
    writer.reset();
    writeInputHeader(writer, {
      epoch: this.epoch,
      snapshotTick: ack.newest,
      snapshotMask: ack.mask,
      viewAge: viewTick <= ack.newest ? (ack.newest - viewTick) * VIEW_STEPS_PER_TICK : viewTick > ack.newest ? 0 : -1,
      stamp: clockStamp(nowMs),
      count,
      newestTick: this.newestTick,
    });
    for (let tick = oldest; tick < this.nextTick; tick++) {
      const start = this.startOf(tick);
      if (tick > oldest) {
        const isRepeated = this.isSame(start, this.startOf(tick - 1));
        writer.writeBoolean(isRepeated);
        if (isRepeated) continue;
      }
      for (let field = 0; field < layout.size; field++) writer.write(this.values[start + field]!, layout.bits[field]!);
    }
    if (writer.overflowed)
      throw new Error("an input frame came out longer than its bound: this is a bug in the encoder");
    return writer.written();
  }

  private startOf(tick: number): number {
    return (tick % this.capacity) * this.layout.size;
  }

  private isSame(start: number, other: number): boolean {
    for (let field = 0; field < this.layout.size; field++) {
      if (this.values[start + field] !== this.values[other + field]) return false;
    }
    return true;
  }
}
