// The receiving end of one life of a connection: snapshots in, and out of them what time it is at the server.
import {
  type GameWire,
  InterpolationClock,
  MAX_ENTITIES,
  ServerClock,
  SnapshotDecoder,
  type SnapshotOutcome,
  stampTime,
  type WelcomeMessage,
} from "../../shared/netcode/index.ts";

/** Decodes the snapshots of one epoch and times them. */
export class SnapshotFeed {
  readonly decoder: SnapshotDecoder;
  /** Length of a tick of the server's; ms. */
  readonly tickMs: number;
  /** The first input that the server had not taken when this life began. */
  readonly nextInput: number;
  readonly #serverClock = new ServerClock();
  readonly #interpolation = new InterpolationClock();

  constructor(wire: GameWire, { epoch, capacity, tickHz, nextInput }: WelcomeMessage) {
    this.decoder = new SnapshotDecoder(wire.snapshots, { epoch, capacity: Math.min(capacity, MAX_ENTITIES) });
    this.tickMs = 1000 / Math.max(1, tickHz);
    this.nextInput = nextInput;
  }

  /** Takes a snapshot that arrived at `nowMs`. What became of it, and how many ticks newer than all before it is. */
  take(frame: Uint8Array, nowMs: number): { outcome: SnapshotOutcome; advancedTicks: number } {
    const { decoder, tickMs } = this;
    const { newest } = decoder.received;
    const outcome = decoder.decode(frame);
    if (outcome !== "applied") return { outcome, advancedTicks: 0 };
    const { tick, echoStamp, echoHoldMs } = decoder.header;
    this.#interpolation.add(nowMs, tick * tickMs);
    if (echoStamp >= 0) {
      const sentMs = stampTime(echoStamp, nowMs);
      this.#serverClock.add({ sentMs, receivedMs: nowMs, holdMs: echoHoldMs, serverMs: tick * tickMs });
    }
    return { outcome, advancedTicks: newest < 0 ? 1 : tick - newest };
  }

  /** The fractional tick to draw at `nowMs`; NaN before there are two snapshots. */
  renderTick(nowMs: number): number {
    return this.#interpolation.renderTime(nowMs) / this.tickMs;
  }

  /** How far behind the newest snapshot the drawn tick is when one has just arrived; ms. */
  get interpolationDelayMs(): number {
    return this.#interpolation.delayMs;
  }

  /** Round trip of the network; NaN before it is known. */
  get rttMs(): number {
    return this.#serverClock.rttMs;
  }

  get jitterMs(): number {
    return this.#serverClock.jitterMs;
  }
}
