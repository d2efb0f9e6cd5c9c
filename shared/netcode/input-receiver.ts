// The server's end of inputs: whatever the network does, each input comes out once, in order, or is counted as lost.
import { BitReader } from "./bit-reader.ts";
import { type FieldLayout, MAX_FIELDS } from "./field-layout.ts";
import { EPOCH_COUNT } from "./frame-kind.ts";
import {
  emptyInputHeader,
  type InputHeader,
  MAX_UNCONFIRMED_INPUTS,
  maxInputFrameBytes,
  readInputHeader,
  VIEW_STEPS_PER_TICK,
} from "./input-frames.ts";
import { MAX_ECHO_HOLD_MS } from "./snapshot-header.ts";

const CAPACITY = MAX_UNCONFIRMED_INPUTS;
/** Inputs that there is memory for at first; a power of two, as the capacity is. Few clients ever have more waiting. */
const FIRST_PLACES = 8;
/** Places of what is known of one input. */
const TICK = 0;
const VIEW_TICK = 1;
const VALUES = 2;

/** Working space of all receivers: a frame is read whole before the next one. */
const reader = new BitReader();
const incoming: InputHeader = emptyInputHeader();
const frameValues = new Int32Array(CAPACITY * MAX_FIELDS);

/** What became of an input frame ([INP6] of SPEC.md). Only an `accepted` one changed anything but the acks. */
export type InputOutcome = "accepted" | "duplicate" | "foreign" | "malformed";

/** `epoch`: which life of the connection to listen to. */
export type InputReceiverOptions = { epoch?: number };

/**
 * Buffers one client's inputs by tick. `take` gives the next one in order: never one twice, never an older after a newer, over all
 * lives of its connection. It never throws and never holds more than 64 inputs: when more come, the oldest are given up. How many to
 * take in a tick is the room's affair: it owns the input budget.
 */
export class InputReceiver {
  /** The header of the last frame that was no worse than `duplicate`: its snapshot ack is for the client's encoder. */
  readonly header: InputHeader = emptyInputHeader();
  /** Tick of the last input taken; -1 before the first. */
  lastTakenTick = -1;
  /** What the player saw when it made the last input taken: a moment in ticks of the server, NaN when it did not say. */
  lastTakenViewTick = Number.NaN;
  /** Inputs lost for good: skipped because the client no longer sends them, or pushed out of a full buffer. */
  lostCount = 0;
  /** Clock stamp of the newest frame that arrived, for the echo in snapshots; -1 before the first. */
  echoStamp = -1;

  private readonly layout: FieldLayout;
  private readonly maxFrameBytes: number;
  /**
   * What is known of one input lies side by side: its tick, what its player saw, its fields. A place is free when its tick is not the
   * one that is looked for.
   */
  private ring: Float64Array;
  private places = FIRST_PLACES;
  private readonly placeSize: number;
  private epoch: number;
  private nextTick = -1;
  private newestTick = -1;
  private echoArrivedMs = 0;

  constructor(layout: FieldLayout, options: InputReceiverOptions = {}) {
    this.layout = layout;
    this.epoch = (options.epoch ?? 0) % EPOCH_COUNT;
    this.maxFrameBytes = maxInputFrameBytes(layout);
    this.placeSize = VALUES + layout.size;
    this.ring = new Float64Array(FIRST_PLACES * this.placeSize).fill(-1);
  }

  /** The first input that has neither been taken nor given up: where a client goes on in another life of its connection ([INP8]). */
  get nextInput(): number {
    return Math.max(0, this.nextTick);
  }

  /** Listens to another life of the connection from now on. What waits still counts; acks and stamps begin anew. */
  restart(epoch: number): void {
    this.epoch = epoch % EPOCH_COUNT;
    Object.assign(this.header, emptyInputHeader());
    this.echoStamp = -1;
  }

  /** Inputs from the next one to the newest, gaps included: the buffer depth that snapshots report. */
  get depth(): number {
    return this.nextTick < 0 ? 0 : this.newestTick - this.nextTick + 1;
  }

  /** Takes a received frame; `nowMs` is the server's clock, for the echo. */
  accept(frame: Uint8Array, nowMs: number): InputOutcome {
    if (frame.length > this.maxFrameBytes) return "malformed";
    reader.reset(frame);
    if (!readInputHeader(reader, incoming) || !this.readInputs()) return "malformed";
    if (incoming.epoch !== this.epoch) return "foreign";
    this.keepHeader();
    this.noteStamp(nowMs);
    return this.store() ? "accepted" : "duplicate";
  }

  /**
   * Moves on to the next input and writes its values to `into`, by place in the layout; `lastTakenTick` is its tick. False when
   * none waits. A gap that the client has stopped sending is skipped and counted in `lostCount`.
   */
  take(into: Float64Array | number[]): boolean {
    if (this.depth === 0) return false;
    // Bounded by the places: `store` keeps the next tick within them of the newest, and the newest is always there.
    while (this.ring[this.placeOf(this.nextTick) + TICK] !== this.nextTick) {
      this.nextTick++;
      this.lostCount++;
    }
    const place = this.placeOf(this.nextTick);
    for (let field = 0; field < this.layout.size; field++) {
      into[field] = this.layout.dequantize(field, this.ring[place + VALUES + field]!);
    }
    this.lastTakenViewTick = this.ring[place + VIEW_TICK]!;
    this.lastTakenTick = this.nextTick++;
    return true;
  }

  /** Milliseconds that the echoed frame has waited, at most 255, for the snapshot's header. */
  echoHoldMs(nowMs: number): number {
    return Math.min(MAX_ECHO_HOLD_MS, Math.max(0, nowMs - this.echoArrivedMs));
  }

  private readInputs(): boolean {
    const { layout } = this;
    const { size } = layout;
    for (let index = 0; index < incoming.count; index++) {
      const start = index * size;
      if (index > 0 && reader.readBoolean()) {
        for (let field = start; field < start + size; field++) frameValues[field] = frameValues[field - size]!;
        continue;
      }
      for (let field = 0; field < size; field++) frameValues[start + field] = reader.read(layout.bits[field]!);
    }
    return reader.isAtEnd();
  }

  private placeOf(tick: number): number {
    return (tick & (this.places - 1)) * this.placeSize;
  }

  /** Makes sure that so many ticks in a row have a place each. */
  private makeRoom(ticks: number): void {
    if (ticks <= this.places) return;
    const { ring, placeSize } = this;
    while (this.places < ticks) this.places *= 2;
    this.ring = new Float64Array(this.places * placeSize).fill(-1);
    for (let place = 0; place < ring.length; place += placeSize) {
      const tick = ring[place + TICK]!;
      if (tick >= 0) this.ring.set(ring.subarray(place, place + placeSize), this.placeOf(tick));
    }
  }

  private keepHeader(): void {
    const { header } = this;
    header.epoch = incoming.epoch;
    header.snapshotTick = incoming.snapshotTick;
    header.snapshotMask = incoming.snapshotMask;
    header.viewAge = incoming.viewAge;
    header.stamp = incoming.stamp;
    header.count = incoming.count;
    header.newestTick = incoming.newestTick;
  }

  private noteStamp(nowMs: number): void {
    const { stamp } = incoming;
    if (stamp < 0) return;
    // 16 bits wrap around: a stamp is newer when it is less than half a turn ahead.
    if (this.echoStamp >= 0 && ((stamp - this.echoStamp) & 0xffff) >= 0x8000) return;
    if (stamp === this.echoStamp) return;
    this.echoStamp = stamp;
    this.echoArrivedMs = nowMs;
  }

  private store(): boolean {
    const { count, newestTick, snapshotTick, viewAge } = incoming;
    if (count === 0) return false;
    const newestView = viewAge < 0 ? Number.NaN : snapshotTick - viewAge / VIEW_STEPS_PER_TICK;
    const oldest = newestTick - count + 1;
    if (this.nextTick < 0) this.nextTick = oldest;
    this.makeRoom(Math.min(CAPACITY, Math.max(newestTick, this.newestTick) - this.nextTick + 1));
    let isNew = false;
    for (let index = 0; index < count; index++) {
      const tick = oldest + index;
      if (tick < this.nextTick || tick <= this.newestTick - CAPACITY) continue;
      const place = this.placeOf(tick);
      if (this.ring[place + TICK] === tick) continue;
      this.ring[place + TICK] = tick;
      // The player's view moves on with its inputs, a tick for a tick: so what is said of the newest tells of the others.
      this.ring[place + VIEW_TICK] = newestView - (newestTick - tick);
      const from = index * this.layout.size;
      for (let field = 0; field < this.layout.size; field++)
        this.ring[place + VALUES + field] = frameValues[from + field]!;
      isNew = true;
    }
    if (newestTick > this.newestTick) this.newestTick = newestTick;
    const floor = this.newestTick - CAPACITY + 1;
    if (this.nextTick < floor) {
      this.lostCount += floor - this.nextTick;
      this.nextTick = floor;
    }
    return isNew;
  }
}
