// The arithmetic of a token bucket, for stores that keep one in this process. Pure, with time as an argument.
import type { TokenBucketRule, TokenTake } from "./store.ts";

/** Rounding that is forgiven: a bucket which lacks less than this of a token has the token. */
export const TOKEN_TOLERANCE = 1e-9;

/** What is kept of a bucket: how many tokens it had at a moment, in milliseconds of the store's clock. */
export interface TokenBucket {
  readonly tokens: number;
  readonly atMs: number;
}

/**
 * Takes `rule.cost` tokens out of a bucket at `nowMs`; no bucket is a full one. A refusal takes nothing, and gives the
 * bucket back as it was. A clock that was set back adds no tokens, and takes none.
 */
export function takeFrom(
  bucket: TokenBucket | undefined,
  rule: TokenBucketRule,
  nowMs: number,
): { bucket: TokenBucket | undefined; take: TokenTake } {
  const { capacity, refillPerSecond, cost } = rule;
  const elapsedMs = bucket === undefined ? 0 : Math.max(0, nowMs - bucket.atMs);
  const held = Math.min(capacity, (bucket?.tokens ?? capacity) + (elapsedMs * refillPerSecond) / 1_000);
  const untilMs = (tokens: number) => Math.max(0, Math.ceil(((tokens - TOKEN_TOLERANCE) / refillPerSecond) * 1_000));
  if (held + TOKEN_TOLERANCE < cost) {
    const take: TokenTake = {
      allowed: false,
      remaining: whole(held),
      resetMs: untilMs(capacity - held),
      retryMs: untilMs(cost - held),
    };
    return { bucket, take };
  }
  const left = Math.max(0, held - cost);
  const take: TokenTake = { allowed: true, remaining: whole(left), resetMs: untilMs(capacity - left), retryMs: 0 };
  return { bucket: { tokens: left, atMs: nowMs }, take };
}

/** Throws for a rule that no bucket can follow: a fault of ours, not of whoever asks for tokens. */
export function checkRule({ capacity, refillPerSecond, cost }: TokenBucketRule): void {
  if (!(capacity >= 1 && Number.isFinite(capacity))) throw new RangeError(`capacity is ${capacity}: use 1 or more.`);
  if (!(refillPerSecond > 0 && Number.isFinite(refillPerSecond))) {
    throw new RangeError(`refillPerSecond is ${refillPerSecond}: use more than 0.`);
  }
  if (!(cost >= 0 && cost <= capacity)) {
    throw new RangeError(`cost is ${cost}: use 0 to the capacity, ${capacity}; more is never there.`);
  }
}

function whole(tokens: number): number {
  return Math.floor(tokens + TOKEN_TOLERANCE);
}
