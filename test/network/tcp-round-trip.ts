// What a TCP sender learns of the round trip, and the times it draws from that: when a segment counts as lost, when to
// probe a quiet tail, and when to give up waiting.

/** Linux' floor under the variance term of the retransmission timeout (`TCP_RTO_MIN`), in milliseconds. */
export const MIN_TIMEOUT_SLACK_MS = 200;

/** The timeout before anything was measured (RFC 6298), and the longest it doubles to, in milliseconds. */
export const INITIAL_TIMEOUT_MS = 1_000;
export const MAX_TIMEOUT_MS = 120_000;

/** What the estimator needs to know of a segment. */
export interface SentSegment {
  readonly index: number;
  readonly sentAtMs: number;
}

/** Round-trip estimates of one sender. Times are milliseconds. */
export class TcpRoundTrip {
  #smoothedMs = 0;
  #varianceMs = 0;
  #leastMs = Number.POSITIVE_INFINITY;
  #latestMs = 0;
  #backoff = 0;
  /** The last sent of all segments known to have arrived: RACK's yardstick. */
  #newestArrived: SentSegment = { index: -1, sentAtMs: Number.NEGATIVE_INFINITY };
  #highestArrived = -1;
  #isReorderingSeen = false;

  /** True once a round trip was measured. */
  get isMeasured(): boolean {
    return this.#leastMs !== Number.POSITIVE_INFINITY;
  }

  /** The retransmission timeout with its doublings (RFC 6298; the floor is under the variance, as in Linux). */
  get timeoutMs(): number {
    const base = this.isMeasured
      ? this.#smoothedMs + Math.max(MIN_TIMEOUT_SLACK_MS, 4 * this.#varianceMs)
      : INITIAL_TIMEOUT_MS;
    return Math.min(MAX_TIMEOUT_MS, base * 2 ** this.#backoff);
  }

  /** Doubles the timeout. */
  backOff(): void {
    this.#backoff = Math.min(this.#backoff + 1, 16);
  }

  /** Ends the doubling, because something got through. */
  resetBackoff(): void {
    this.#backoff = 0;
  }

  /**
   * Learns that `segment` arrived, by an acknowledgement at `nowMs`. Only the newest segment of an acknowledgement, sent
   * once, tells the round trip (Karn's rule): the others waited for it.
   */
  delivered(segment: SentSegment & { readonly isFirstCopy: boolean; readonly isNewest: boolean }, nowMs: number): void {
    const tookMs = nowMs - segment.sentAtMs;
    if (segment.isFirstCopy && segment.index < this.#highestArrived) this.#isReorderingSeen = true;
    this.#highestArrived = Math.max(this.#highestArrived, segment.index);
    if (segment.isFirstCopy && segment.isNewest) this.#measure(tookMs);
    // Sooner than any round trip: the acknowledgement was for an earlier copy.
    if (!segment.isFirstCopy && tookMs < this.#leastMs) return;
    if (isSentAfter(this.#newestArrived, segment)) return;
    this.#newestArrived = { index: segment.index, sentAtMs: segment.sentAtMs };
    this.#latestMs = tookMs;
  }

  /**
   * When `segment` counts as lost (RFC 8985): `Infinity` while nothing sent after it has arrived. `isProven` takes the
   * reordering window away as long as the path never reordered.
   */
  lossDueMs(segment: SentSegment, isProven: boolean): number {
    if (!isSentAfter(this.#newestArrived, segment)) return Number.POSITIVE_INFINITY;
    const windowMs = isProven && !this.#isReorderingSeen ? 0 : Math.min(this.#leastMs / 4, this.#smoothedMs);
    return segment.sentAtMs + this.#latestMs + windowMs;
  }

  /** True when `segment` has been out for a whole round trip, so that a timeout counts it lost too. */
  isOverdue(segment: SentSegment, nowMs: number): boolean {
    return segment.sentAtMs + this.#latestMs <= nowMs;
  }

  /** How long after the last send a quiet tail is probed: two round trips, and more for a lone segment, as in Linux. */
  probeMs(inFlight: number): number {
    return 2 * this.#smoothedMs + (inFlight === 1 ? MIN_TIMEOUT_SLACK_MS : 2);
  }

  #measure(tookMs: number): void {
    if (!this.isMeasured) {
      this.#smoothedMs = tookMs;
      this.#varianceMs = tookMs / 2;
    } else {
      this.#varianceMs += (Math.abs(this.#smoothedMs - tookMs) - this.#varianceMs) / 4;
      this.#smoothedMs += (tookMs - this.#smoothedMs) / 8;
    }
    this.#leastMs = Math.min(this.#leastMs, tookMs);
  }
}

function isSentAfter(left: SentSegment, right: SentSegment): boolean {
  return left.sentAtMs > right.sentAtMs || (left.sentAtMs === right.sentAtMs && left.index > right.index);
}
