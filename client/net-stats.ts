// What the net graph shows: figures of the connection, cheap to read every frame.
import type { RoomClock } from "@colyseus/sdk";

/** A second is counted in tenths. */
const BUCKET_MS = 100;
/** Rates are of the last second; losses, being rare, of the last five. */
const RATE_BUCKETS = 10;
const LOSS_BUCKETS = 50;

/** Which channel carries what. */
export type ChannelKind = "websocket" | "datagram";

/** The state of the connection and of the prediction, as of the last frame. */
export interface NetStats {
  /** From the sending of an input to the news that it was applied, smoothed: the network both ways and the wait for a tick. */
  readonly rttMs: number;
  /** How far snapshots stray from their even spacing (RFC 3550's interarrival jitter). */
  readonly jitterMs: number;
  /** A WebSocket shows no loss of its own (TCP resends): this is the share of segments, over 5 s, that the link simulator lost. */
  readonly lossPercent: number;
  /** The newest server tick that has arrived. */
  readonly tick: number;
  readonly snapshotsPerSecond: number;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
  /** Size of the newest correction of the own position, in the game's unit of length; 0 before the first. */
  readonly correctionMetres: number;
  /** Corrections of more than a millimetre since the join. Teleports and reconnections are not counted. */
  readonly corrections: number;
  /** Inputs sent and not yet acknowledged. */
  readonly pendingInputs: number;
  /** How far behind the newest snapshot other players are drawn. */
  readonly interpolationDelayMs: number;
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
export interface StatsSources {
  readonly clock: () => RoomClock;
  /** The newest server tick. */
  readonly tick: () => number;
  readonly corrections: () => number;
  readonly correctionMetres: () => number;
  readonly pendingInputs: () => number;
  readonly interpolationDelayMs: () => number;
  readonly isReconnecting: () => boolean;
}

/** Counts traffic and presents all figures as one live object. */
export class NetStatsMeter implements NetStats {
  readonly channels = { input: "websocket", state: "websocket" } as const;
  readonly #sources: StatsSources;
  readonly #bytesIn = new RateMeter();
  readonly #bytesOut = new RateMeter();
  readonly #snapshots = new RateMeter();
  readonly #segments = new RateMeter(LOSS_BUCKETS);
  readonly #losses = new RateMeter(LOSS_BUCKETS);

  constructor(sources: StatsSources) {
    this.#sources = sources;
  }

  onFrameIn(bytes: number): void {
    this.#bytesIn.add(bytes, performance.now());
  }

  onFrameOut(bytes: number): void {
    this.#bytesOut.add(bytes, performance.now());
  }

  onSegments(sent: number, lost: number): void {
    const nowMs = performance.now();
    this.#segments.add(sent, nowMs);
    this.#losses.add(lost, nowMs);
  }

  onSnapshot(): void {
    this.#snapshots.add(1, performance.now());
  }

  get rttMs(): number {
    return this.#sources.clock().smoothedRtt();
  }
  get jitterMs(): number {
    return this.#sources.clock().jitter();
  }
  get lossPercent(): number {
    const nowMs = performance.now();
    const sent = this.#segments.recent(nowMs);
    return sent === 0 ? 0 : (100 * this.#losses.recent(nowMs)) / sent;
  }
  get tick(): number {
    return this.#sources.tick();
  }
  get snapshotsPerSecond(): number {
    return this.#snapshots.recent(performance.now());
  }
  get bytesInPerSecond(): number {
    return this.#bytesIn.recent(performance.now());
  }
  get bytesOutPerSecond(): number {
    return this.#bytesOut.recent(performance.now());
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
  get isReconnecting(): boolean {
    return this.#sources.isReconnecting();
  }
}
