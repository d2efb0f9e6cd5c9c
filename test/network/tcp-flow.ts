// One direction of a TCP connection over a lossy path, as arithmetic: what the sender of a current Linux does to get bytes
// across, without the bytes. The receiver hands over in order only, which is what makes one lost segment stall the rest.
import type { LinkModel } from "./link-model.ts";
import { type TcpArrival, TcpReceiver } from "./tcp-receiver.ts";
import { TcpRoundTrip } from "./tcp-round-trip.ts";

/** The most bytes one segment carries: 1,500 byte Ethernet, less 40 of IPv4 and TCP and 12 of timestamps. */
export const MAX_SEGMENT_BYTES = 1_448;

/** What a segment adds on the wire, in bytes: IPv4, TCP and its timestamps. An acknowledgement is this and no more. */
export const SEGMENT_HEADER_BYTES = 52;

/** The congestion window of a new connection, in segments (RFC 6928). */
export const INITIAL_WINDOW_SEGMENTS = 10;

/** The congestion window never grows past this, in segments: it bounds what is on its way. */
export const MAX_WINDOW_SEGMENTS = 1_024;

/** What CUBIC keeps of the window after a loss, and its growth a round trip where windows are small (RFC 9438). */
const WINDOW_KEPT_ON_LOSS = 0.7;
const WINDOW_GROWTH = (3 * (1 - WINDOW_KEPT_ON_LOSS)) / (1 + WINDOW_KEPT_ON_LOSS);

/** Selective acknowledgements above a hole that prove it a loss, while no reordering was seen (RFC 5681). */
const DUPLICATE_THRESHOLD = 3;

/** What the sender did so far, in segments; `timeouts` and `probes` count timers that fired. */
export interface TcpFlowCounters {
  segments: number;
  retransmissions: number;
  timeouts: number;
  probes: number;
}

/** What a flow needs of the connection it is part of. */
export interface TcpFlowOptions {
  /** The link its segments take, and the one its acknowledgements take. */
  readonly forward: LinkModel;
  readonly backward: LinkModel;
  /** Runs `event` at `atMs`. */
  readonly schedule: (atMs: number, event: (nowMs: number) => void) => void;
  /** Takes what arrives, in order. */
  readonly deliver: (arrival: TcpArrival, nowMs: number) => void;
}

interface Segment {
  readonly index: number;
  readonly arrival: TcpArrival;
  sentAtMs: number;
  transmissions: number;
  isAcknowledged: boolean;
  isLost: boolean;
}

/**
 * A sender and its receiver. Retransmission is by RACK-TLP (RFC 8985): a segment is lost when one sent later has been
 * acknowledged and a reordering window has passed, a quiet tail is probed after two round trips, and the last resort is the
 * retransmission timeout (RFC 6298 with Linux' floor of 200 ms, doubling). The congestion window shrinks and grows as CUBIC's
 * does while it is small (RFC 9438).
 */
export class TcpFlow {
  /** What the sender did so far. */
  readonly counters: TcpFlowCounters = { segments: 0, retransmissions: 0, timeouts: 0, probes: 0 };
  readonly #options: TcpFlowOptions;
  readonly #receiver: TcpReceiver;
  readonly #roundTrip = new TcpRoundTrip();

  #unsentBytes = 0;
  #isEnding = false;
  #isOpen = false;
  /** Sent and not yet acknowledged in order; the first is the oldest. */
  #inFlight: Segment[] = [];
  #nextIndex = 0;

  #window = INITIAL_WINDOW_SEGMENTS;
  #slowStartThreshold = MAX_WINDOW_SEGMENTS;
  #isWindowFull = false;
  /** While the oldest segment in flight is below this, the sender is in recovery. */
  #recoveryIndex = 0;
  #isAfterTimeout = false;
  #timeoutMs = Number.POSITIVE_INFINITY;
  #probeMs = Number.POSITIVE_INFINITY;
  #reorderingMs = Number.POSITIVE_INFINITY;
  #isProbed = false;

  constructor(options: TcpFlowOptions) {
    this.#options = options;
    this.#receiver = new TcpReceiver(options.deliver);
  }

  /** Bytes written and not yet sent. */
  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  /** When the earliest timer of the sender is due, `Infinity` when none is set. */
  get timerMs(): number {
    return Math.min(this.#timeoutMs, this.#probeMs, this.#reorderingMs);
  }

  /** Sends the opening segment (SYN, or SYN-ACK for the way back); bytes follow when it is acknowledged. */
  open(nowMs: number): void {
    this.#sendNew({ kind: "open" }, nowMs);
  }

  /** Has `bytes` more to send. */
  write(bytes: number, nowMs: number): void {
    this.#unsentBytes += bytes;
    this.#send(nowMs);
  }

  /** Ends the stream after what was written. */
  end(nowMs: number): void {
    this.#isEnding = true;
    this.#send(nowMs);
  }

  /** Runs every timer that is due. */
  runTimers(nowMs: number): void {
    if (this.#reorderingMs <= nowMs) {
      this.#reorderingMs = Number.POSITIVE_INFINITY;
      this.#markLosses(nowMs);
      this.#send(nowMs);
    }
    if (this.#probeMs <= nowMs) this.#probe(nowMs);
    if (this.#timeoutMs <= nowMs) this.#timeOut(nowMs);
  }

  get #isRecovering(): boolean {
    const oldest = this.#inFlight[0];
    return oldest !== undefined && oldest.index < this.#recoveryIndex;
  }

  #arrive(segment: Segment, nowMs: number): void {
    const receivedCount = this.#receiver.receive(segment.index, segment.arrival, nowMs);
    const outcome = this.#options.backward.offer(SEGMENT_HEADER_BYTES, nowMs);
    if (!outcome.isDelivered) return;
    for (const atMs of outcome.arrivalsMs) this.#options.schedule(atMs, (at) => this.#acknowledge(receivedCount, at));
  }

  #acknowledge(receivedCount: number, nowMs: number): void {
    const fresh = this.#receiver.acknowledged(receivedCount);
    if (fresh.length === 0) return;
    const wasRecovering = this.#isRecovering;
    const newest = fresh.at(-1);
    for (const index of fresh) {
      const segment = this.#find(index);
      segment.isAcknowledged = true;
      const isFirstCopy = segment.transmissions === 1;
      this.#roundTrip.delivered({ ...segment, isFirstCopy, isNewest: index === newest }, nowMs);
      if (segment.arrival.kind === "open") this.#isOpen = true;
    }
    const before = this.#inFlight.length;
    while (this.#inFlight[0]?.isAcknowledged) this.#inFlight.shift();
    if (this.#inFlight.length < before) this.#progress(nowMs);
    if (!wasRecovering || this.#isAfterTimeout) this.#growWindow(fresh.length);
    if (!this.#isRecovering) this.#isAfterTimeout = false;
    this.#markLosses(nowMs);
    this.#send(nowMs);
    this.#setProbe(nowMs);
  }

  #find(index: number): Segment {
    const oldest = this.#inFlight[0];
    const segment = oldest && this.#inFlight[index - oldest.index];
    if (segment === undefined) throw new Error(`Segment ${index} was acknowledged, and is not in flight.`);
    return segment;
  }

  #progress(nowMs: number): void {
    this.#roundTrip.resetBackoff();
    this.#isProbed = false;
    this.#timeoutMs = this.#inFlight.length > 0 ? nowMs + this.#roundTrip.timeoutMs : Number.POSITIVE_INFINITY;
    if (this.#inFlight.length === 0) this.#probeMs = Number.POSITIVE_INFINITY;
  }

  #growWindow(acknowledged: number): void {
    if (!this.#isWindowFull) return;
    const isSlowStart = this.#window < this.#slowStartThreshold;
    const growth = isSlowStart ? acknowledged : (WINDOW_GROWTH * acknowledged) / this.#window;
    this.#window = Math.min(MAX_WINDOW_SEGMENTS, this.#window + growth);
  }

  #markLosses(nowMs: number): void {
    const above = this.#inFlight.filter((segment) => segment.isAcknowledged).length;
    const isProven = this.#isRecovering || above >= DUPLICATE_THRESHOLD;
    this.#reorderingMs = Number.POSITIVE_INFINITY;
    let isAnyLost = false;
    for (const segment of this.#inFlight) {
      if (segment.isAcknowledged || segment.isLost) continue;
      const dueMs = this.#roundTrip.lossDueMs(segment, isProven);
      if (dueMs <= nowMs) {
        segment.isLost = true;
        isAnyLost = true;
      } else this.#reorderingMs = Math.min(this.#reorderingMs, dueMs);
    }
    if (!isAnyLost || this.#isRecovering) return;
    this.#slowStartThreshold = Math.max(2, this.#window * WINDOW_KEPT_ON_LOSS);
    this.#window = this.#slowStartThreshold;
    this.#recoveryIndex = this.#nextIndex;
    this.#probeMs = Number.POSITIVE_INFINITY;
    this.#transmit(this.#inFlight.find((segment) => segment.isLost)!, nowMs);
  }

  #timeOut(nowMs: number): void {
    this.#timeoutMs = Number.POSITIVE_INFINITY;
    const oldest = this.#inFlight[0];
    if (oldest === undefined) return;
    this.counters.timeouts += 1;
    this.#roundTrip.backOff();
    if (!this.#isAfterTimeout) this.#slowStartThreshold = Math.max(2, this.#window * WINDOW_KEPT_ON_LOSS);
    this.#window = 1;
    this.#isAfterTimeout = true;
    this.#recoveryIndex = this.#nextIndex;
    this.#probeMs = Number.POSITIVE_INFINITY;
    for (const segment of this.#inFlight) {
      if (!segment.isAcknowledged && this.#roundTrip.isOverdue(segment, nowMs)) segment.isLost = true;
    }
    this.#transmit(oldest, nowMs);
    this.#timeoutMs = nowMs + this.#roundTrip.timeoutMs;
  }

  #probe(nowMs: number): void {
    this.#probeMs = Number.POSITIVE_INFINITY;
    const last = this.#inFlight.findLast((segment) => !segment.isAcknowledged);
    if (last === undefined) return;
    this.counters.probes += 1;
    this.#isProbed = true;
    if (this.#unsentBytes > 0) this.#sendBytes(nowMs);
    else this.#transmit(last, nowMs);
    this.#timeoutMs = nowMs + this.#roundTrip.timeoutMs;
  }

  #setProbe(nowMs: number): void {
    this.#probeMs = Number.POSITIVE_INFINITY;
    if (this.#inFlight.length === 0 || this.#isRecovering || this.#isProbed || !this.#roundTrip.isMeasured) return;
    const dueMs = nowMs + this.#roundTrip.probeMs(this.#inFlight.length);
    if (dueMs < this.#timeoutMs) this.#probeMs = dueMs;
  }

  #send(nowMs: number): void {
    let onWire = 0;
    for (const segment of this.#inFlight) if (!segment.isAcknowledged && !segment.isLost) onWire += 1;
    for (const segment of this.#inFlight) {
      if (onWire >= Math.floor(this.#window)) break;
      if (!segment.isLost || segment.isAcknowledged) continue;
      this.#transmit(segment, nowMs);
      onWire += 1;
    }
    let isNewSent = false;
    while (this.#isOpen && this.#unsentBytes > 0 && onWire < Math.floor(this.#window)) {
      this.#sendBytes(nowMs);
      onWire += 1;
      isNewSent = true;
    }
    this.#isWindowFull = onWire >= Math.floor(this.#window);
    if (this.#isOpen && this.#isEnding && this.#unsentBytes === 0) {
      this.#isEnding = false;
      this.#sendNew({ kind: "end" }, nowMs);
      isNewSent = true;
    }
    if (isNewSent) this.#setProbe(nowMs);
  }

  #sendBytes(nowMs: number): void {
    const bytes = Math.min(MAX_SEGMENT_BYTES, this.#unsentBytes);
    this.#unsentBytes -= bytes;
    this.#sendNew({ kind: "data", bytes }, nowMs);
  }

  #sendNew(arrival: TcpArrival, nowMs: number): void {
    const index = this.#nextIndex;
    this.#nextIndex += 1;
    const segment: Segment = {
      index,
      arrival,
      sentAtMs: nowMs,
      transmissions: 0,
      isAcknowledged: false,
      isLost: false,
    };
    this.#inFlight.push(segment);
    this.counters.segments += 1;
    this.#transmit(segment, nowMs);
  }

  #transmit(segment: Segment, nowMs: number): void {
    if (segment.transmissions > 0) this.counters.retransmissions += 1;
    segment.sentAtMs = nowMs;
    segment.transmissions += 1;
    segment.isLost = false;
    if (this.#timeoutMs === Number.POSITIVE_INFINITY) this.#timeoutMs = nowMs + this.#roundTrip.timeoutMs;
    const payloadBytes = segment.arrival.kind === "data" ? segment.arrival.bytes : 0;
    const outcome = this.#options.forward.offer(payloadBytes + SEGMENT_HEADER_BYTES, nowMs);
    if (!outcome.isDelivered) return;
    for (const atMs of outcome.arrivalsMs) this.#options.schedule(atMs, (at) => this.#arrive(segment, at));
  }
}
