// Rate limits: so many requests a minute, counted in the ephemeral store and so across every platform process.
import { isIPv6 } from "node:net";
import type { Context, MiddlewareHandler } from "hono";
import { AppError } from "../../shared/schema/errors.ts";
import { environmentKey } from "../environments/environment-key.ts";
import type { EphemeralStore } from "../ephemeral/store.ts";
import type { Metrics } from "../ops/metrics.ts";
import type { AppEnv } from "./env.ts";

const WINDOW_MS = 60_000;

/** One limit: `name` for the metric, how many a minute, and whose requests are counted together. */
export interface RateLimit {
  readonly name: string;
  readonly perMinute: number;
  readonly keyOf: (c: Context<AppEnv>) => string;
}

/** Makes the middleware of each limit: a fixed window, refused with `request.rate_limited` and `Retry-After`. */
export class RateLimiter {
  readonly #store: EphemeralStore;
  readonly #metrics: Metrics;

  constructor(store: EphemeralStore, metrics: Metrics) {
    this.#store = store;
    this.#metrics = metrics;
  }

  /** Lets `limit.perMinute` requests a minute of each key through. */
  allow(limit: RateLimit): MiddlewareHandler<AppEnv> {
    return async (c, next) => {
      const key = environmentKey(c.get("environmentId"), `rate:${limit.name}:${limit.keyOf(c)}`);
      const { count, expiresInMs } = await this.#store.increment(key, WINDOW_MS);
      if (count > limit.perMinute) {
        const seconds = Math.max(1, Math.ceil(expiresInMs / 1_000));
        this.#metrics.rateLimited.inc({ limit: limit.name });
        c.header("Retry-After", String(seconds));
        throw new AppError(
          "request.rate_limited",
          `At most ${limit.perMinute} of these a minute are answered. Try again in ${seconds} s.`,
        );
      }
      await next();
    };
  }
}

/**
 * Who sent the request, as far as the network says: the peer's address, for IPv6 its /64 network, since one household
 * has all of that. Forwarded headers are not believed: anybody can write them.
 */
export function addressOf(c: Context<AppEnv>): string {
  const address = c.env.incoming?.socket.remoteAddress ?? "unknown";
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  return isIPv6(address) ? networkOf(address) : address;
}

function networkOf(address: string): string {
  const [head = "", tail] = (address.split("%", 1)[0] ?? "").split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap = tail === undefined ? [] : new Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  return `${[...left, ...gap, ...right].slice(0, 4).join(":")}::/64`;
}
