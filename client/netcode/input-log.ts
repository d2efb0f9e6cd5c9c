// What this client did, tick by tick: sent until it is confirmed, and replayed until then.
import { type GameWire, InputSender, MAX_UNCONFIRMED_INPUTS, type SnapshotAck } from "../../shared/netcode/index.ts";

/** Inputs that can be replayed: as many as may be unconfirmed, and the one before them, which the prediction is compared with. */
const REPLAY_INPUTS = MAX_UNCONFIRMED_INPUTS + 1;

/**
 * The client's inputs, over all lives of the connection. It is also the input handle that Colyseus' `Reconciler` observes: its
 * sequence numbers are ours plus one, since it counts inputs from 1 and the wire counts ticks from 0.
 */
export class InputLog<Input extends object> {
  readonly replayBufferSize: number = REPLAY_INPUTS;
  /** Would tell the `Reconciler` to forget what was sent, which is never needed: inputs outlive a connection. */
  readonly epoch = 0;
  sentCount = 0;
  lastProcessed = 0;
  readonly #wire: GameWire;
  readonly #inputs: Input[];
  readonly #values: Float64Array;
  readonly #listeners = new Set<(seq: number) => void>();
  readonly #sender: InputSender;

  constructor(wire: GameWire, InputType: new () => Input) {
    this.#wire = wire;
    this.#inputs = Array.from({ length: REPLAY_INPUTS }, () => new InputType());
    this.#values = new Float64Array(wire.input.size);
    this.#sender = new InputSender(wire.input);
  }

  /** Inputs that the server has not confirmed. */
  get pendingCount(): number {
    return this.#sender.unconfirmedCount;
  }

  /** How many more may be added before some have to be confirmed: who adds no more loses none. */
  get room(): number {
    return this.#sender.room;
  }

  /**
   * Goes on in another life of the connection, whose welcome has said `epoch` and `nextInput` ([INP8] of SPEC.md). Of the
   * inputs that the server has not taken, the newest `kept` are sent again, and the others given up.
   */
  restart(epoch: number, nextInput: number, kept: number): void {
    this.#sender.restart(epoch, nextInput, kept);
    this.sentCount = this.#sender.newestTick + 1;
    this.lastProcessed = this.sentCount - this.pendingCount;
  }

  /** Adds the next tick's input, as the server will read it, and tells those who listen. */
  add(input: Readonly<Input>): void {
    const { names, specs } = this.#wire.input;
    const read = input as Record<string, unknown>;
    for (let field = 0; field < names.length; field++) this.#values[field] = Number(read[names[field]!]);
    const seq = this.#sender.push(this.#values) + 1;
    const kept = this.#inputs[seq % REPLAY_INPUTS] as Record<string, unknown>;
    for (let field = 0; field < names.length; field++) {
      const value = this.#values[field]!;
      kept[names[field]!] = specs[field]!.type === "boolean" ? value !== 0 : value;
    }
    this.sentCount = seq;
    for (const listener of this.#listeners) listener(seq);
  }

  /** A snapshot says that inputs up to `inputTick` are part of it; -1 for none. */
  confirm(inputTick: number): void {
    this.#sender.confirm(inputTick);
    this.lastProcessed = Math.max(this.lastProcessed, Math.min(inputTick + 1, this.sentCount));
  }

  /** The frame with everything unconfirmed, as `InputSender.encode` makes it; overwritten by the next call. */
  encode(nowMs: number, ack: SnapshotAck, viewTick: number, isOrdered = false): Uint8Array {
    return this.#sender.encode(nowMs, ack, viewTick, isOrdered);
  }

  /** The unconfirmed input with sequence number `seq`, as the server will read it. */
  at(seq: number): Input | undefined {
    const isKept = seq > this.lastProcessed && seq <= this.sentCount && seq > this.sentCount - REPLAY_INPUTS;
    return isKept ? this.#inputs[seq % REPLAY_INPUTS] : undefined;
  }

  /** Colyseus' own stamps for lag compensation are not used: the frame's view age says what was seen. */
  reckonTimeAt(): number {
    return 0;
  }

  /** Calls `listener` after each added input. Returns a way to stop. */
  onSend(listener: (seq: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
