// What is counted of one client, and measured of the sampled ones.
import { Distribution } from "../run/distribution.ts";

/** Inputs whose time of sending is remembered. */
const SENT_RING = 256;
/** Faults that are told in words; the rest is a number. */
const MAX_TOLD_FAULTS = 3;

/** Arrival times of one sampled client. */
export class Timing {
  readonly gapsMs = new Distribution();
  readonly latenciesMs = new Distribution();
  readonly #sentMs = new Float64Array(SENT_RING);
  readonly #sentInput = new Float64Array(SENT_RING).fill(-1);
  readonly #now: () => number;
  #arrivedMs = Number.NaN;
  #confirmed = -1;

  /** `now` is a clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Input `number` has been sent. */
  sent(number: number): void {
    this.#sentInput[number % SENT_RING] = number;
    this.#sentMs[number % SENT_RING] = this.#now();
  }

  /** A snapshot has come that contains all inputs up to `confirmed`. */
  arrived(confirmed: number): void {
    const nowMs = this.#now();
    if (!Number.isNaN(this.#arrivedMs)) this.gapsMs.add(nowMs - this.#arrivedMs);
    this.#arrivedMs = nowMs;
    if (confirmed <= this.#confirmed) return;
    this.#confirmed = confirmed;
    const place = confirmed % SENT_RING;
    if (this.#sentInput[place] === confirmed) this.latenciesMs.add(nowMs - this.#sentMs[place]!);
  }
}

/** One client's counts since the last `reset`. */
export class Counters {
  /** Everything that came on the socket, headers of frames too. */
  bytes = 0;
  snapshots = 0;
  /** Payload of the snapshots. */
  snapshotBytes = 0;
  /** Frames that came by a datagram channel, of a client that has a WebSocket too. */
  datagrams = 0;
  /** Whole frames that were no snapshots. */
  otherFrames = 0;
  faultCount = 0;
  readonly faults: string[] = [];
  timing: Timing | undefined;

  /** A snapshot of `length` bytes that contains all inputs up to `confirmed`. */
  snapshot(length: number, confirmed: number): void {
    this.snapshots += 1;
    this.snapshotBytes += length;
    this.timing?.arrived(confirmed);
  }

  /** Something that must not happen. */
  fault(what: string): void {
    this.faultCount += 1;
    if (this.faults.length < MAX_TOLD_FAULTS) this.faults.push(what);
  }

  /** Begins to count anew; faults stay. */
  reset(isSampled: boolean): void {
    this.bytes = 0;
    this.snapshots = 0;
    this.snapshotBytes = 0;
    this.datagrams = 0;
    this.otherFrames = 0;
    this.timing = isSampled ? new Timing() : undefined;
  }
}
