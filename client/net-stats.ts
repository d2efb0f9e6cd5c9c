// What the net graph shows: figures of the connection, cheap to read every frame.
import type { ChannelKind } from "./netcode/fast-link.ts";

/** A second is counted in tenths. */
const BUCKET_MS = 100;
/** Rates are of the last second. */
const RATE_BUCKETS = 10;

/** The state of the connection and of the prediction, as of the last frame. */
export interface NetStats {
  /** Round trip of the network, without the waits for a tick; the last one known. */
  readonly rttMs: number;
  /** How far snapshots stray from their even spacing (RFC 3550's interarrival jitter). */
  readonly jitterMs: number;
  /** Share of the snapshots of the last five seconds that never came. A WebSocket loses none: there, a loss is a stall. */
  readonly lossPercent: number;
  /** The newest server tick that has arrived. */
  readonly tick: number;
  /** Snapshots that showed something newer; patches in a game without snapshots. */
  readonly snapshotsPerSecond: number;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
  /** Size of the newest correction of the own position, in the game's unit of length; 0 before the first. */
  readonly correctionMetres: number;
  /** Corrections of more than a millimetre since the join. Teleports and reconnections are not counted. */
  readonly corrections: number;
  /** Inputs sent and not yet acknowledged. */
  readonly pendingInputs: number;
  /** How far behind the newest snapshot others are drawn: as much as the evenness of arrivals asks for. */
  readonly interpolationDelayMs: number;
  /** The channels of inputs and snapshots; all else is on the WebSocket. */
  readonly channels: { readonly input: ChannelKind; readonly state: ChannelKind };
  readonly isReconnecting: boolean;
}

/** Counts an amount and tells how much of it came lately. No allocation after construction. */
export class RateMeter {
  readonly #amounts: Float64Array;
  #bucket = 0;

  /** Remembers `buckets` tenths of a second, and the one in progress. */
  constructor(buckets: number = RATE_BUCKETS) {
    this.#amounts = new Float64Array(buckets + 1);
  }

  /** Counts `amount` at `nowMs`. */
  add(amount: number, nowMs: number): void {
    this.#moveTo(nowMs);
    this.#amounts[this.#bucket % this.#amounts.length]! += amount;
  }

  /** The amount counted in the tenths remembered (a second of them, unless said otherwise) before the one `nowMs` is in. */
  recent(nowMs: number): number {
    this.#moveTo(nowMs);
    let sum = 0;
    for (const amount of this.#amounts) sum += amount;
    // Without the tenth in progress: it is not over, and a rate with it would read too low.
    return sum - this.#amounts[this.#bucket % this.#amounts.length]!;
  }

  #moveTo(nowMs: number): void {
    const bucket = Math.floor(nowMs / BUCKET_MS);
    const size = this.#amounts.length;
    if (bucket - this.#bucket >= size) this.#amounts.fill(0);
    else for (let next = this.#bucket + 1; next <= bucket; next++) this.#amounts[next % size] = 0;
    this.#bucket = Math.max(this.#bucket, bucket);
  }
}

/** The session's parts that figures are read from. */
export type StatsSources = {
  readonly [Name in Exclude<
    keyof NetStats,
    "snapshotsPerSecond" | "bytesInPerSecond" | "bytesOutPerSecond"
  >]: () => NetStats[Name];
};

/** Counts traffic and presents all figures as one live object. */
export class NetStatsMeter implements NetStats {
  readonly #sources: StatsSources;
  readonly #now: () => number;
  readonly #bytesIn = new RateMeter();
  readonly #bytesOut = new RateMeter();
  readonly #snapshots = new RateMeter();

  /** `now` is a steady clock in ms. */
  constructor(sources: StatsSources, now: () => number) {
    this.#sources = sources;
    this.#now = now;
  }

  onFrameIn(bytes: number): void {
    this.#bytesIn.add(bytes, this.#now());
  }

  onFrameOut(bytes: number): void {
    this.#bytesOut.add(bytes, this.#now());
  }

  onSnapshot(): void {
    this.#snapshots.add(1, this.#now());
  }

  get rttMs(): number {
    return this.#sources.rttMs();
  }
  get jitterMs(): number {
    return this.#sources.jitterMs();
  }
  get lossPercent(): number {
    return this.#sources.lossPercent();
  }
  get tick(): number {
    return this.#sources.tick();
  }
  get snapshotsPerSecond(): number {
    return this.#snapshots.recent(this.#now());
  }
  get bytesInPerSecond(): number {
    return this.#bytesIn.recent(this.#now());
  }
  get bytesOutPerSecond(): number {
    return this.#bytesOut.recent(this.#now());
  }
  get correctionMetres(): number {
    return this.#sources.correctionMetres();
  }
  get corrections(): number {
    return this.#sources.corrections();
  }
  get pendingInputs(): number {
    return this.#sources.pendingInputs();
  }
  get interpolationDelayMs(): number {
    return this.#sources.interpolationDelayMs();
  }
  get channels(): NetStats["channels"] {
    return this.#sources.channels();
  }
  get isReconnecting(): boolean {
    return this.#sources.isReconnecting();
  }
}
