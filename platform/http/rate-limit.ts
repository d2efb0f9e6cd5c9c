// Rate limits: token buckets in the ephemeral store, and so across every platform process.
import type { Context, MiddlewareHandler } from "hono";
import { AppError } from "../../shared/schema/errors.ts";
import { environmentKey } from "../environments/environment-key.ts";
import type { EphemeralStore, TokenTake } from "../ephemeral/store.ts";
import type { Metrics } from "../ops/metrics.ts";
import { addressOf } from "./client-address.ts";
import type { AppEnv } from "./env.ts";
import { edgePolicies, policyOf, type RateOverrides, type RatePolicyName } from "./rate-policies.ts";

export { addressOf } from "./client-address.ts";

/** The names of the headers of draft-ietf-httpapi-ratelimit-headers-10: what the limits are, and what is left of them. */
export const RATE_LIMIT_HEADERS = { policy: "RateLimit-Policy", state: "RateLimit" } as const;

/** Before keys of limits that hold before it is known which environment a request is in. */
const EDGE = "edge";

/** One limit: `name` for headers and the metric, its pace, and whose requests share a bucket. */
interface RateLimit {
  readonly name: string;
  /** How many come back in a minute; need not be whole. */
  readonly perMinute: number;
  /** How many may come at once; as many as `perMinute` when left out. */
  readonly burst?: number;
  readonly keyOf: (c: Context<AppEnv>) => string;
}

/** Makes the middleware of each limit. What is too much is answered `request.rate_limited` with `Retry-After`. */
export class RateLimiter {
  readonly #store: Pick<EphemeralStore, "takeToken">;
  readonly #metrics: Pick<Metrics, "rateLimited" | "rateLimitsSkipped">;
  readonly #overrides: RateOverrides;

  constructor(
    store: Pick<EphemeralStore, "takeToken">,
    metrics: Pick<Metrics, "rateLimited" | "rateLimitsSkipped">,
    overrides: RateOverrides = {},
  ) {
    this.#store = store;
    this.#metrics = metrics;
    this.#overrides = overrides;
  }

  /**
   * The middleware of a limit of the table. One by player goes behind `requirePlayer`. Throws `service.unavailable` while
   * the store is away: what is limited by name is worth it.
   */
  policy(name: RatePolicyName): MiddlewareHandler<AppEnv> {
    const limit = this.#limitOf(name);
    return async (c, next) => {
      await this.#spend(c, limit);
      await next();
    };
  }

  /**
   * For every request, before anything is done about it: what its address may do. While the store is away the request
   * goes on, since most need no store; the limits of single routes still hold.
   */
  edge(): MiddlewareHandler<AppEnv> {
    return async (c, next) => {
      for (const name of edgePolicies(c.req.path)) await this.#spendIfKnown(c, this.#limitOf(name), EDGE);
      await next();
    };
  }

  /** For every request behind `requestEnvironment`: what the player of its access token may do. As `edge` when away. */
  players(): MiddlewareHandler<AppEnv> {
    const limit = this.#limitOf("player");
    return async (c, next) => {
      const credential = c.get("credential");
      if (credential?.kind === "player") {
        await this.#spendIfKnown(c, { ...limit, keyOf: () => credential.playerId });
      }
      await next();
    };
  }

  #limitOf(name: RatePolicyName): RateLimit {
    const { by, ...pace } = policyOf(name, this.#overrides);
    return { name, ...pace, keyOf: by === "address" ? addressOf : (c) => c.get("playerId") };
  }

  async #spendIfKnown(c: Context<AppEnv>, limit: RateLimit, scope?: string): Promise<void> {
    try {
      await this.#spend(c, limit, scope);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "service.unavailable") throw error;
      this.#metrics.rateLimitsSkipped.inc({ limit: limit.name });
    }
  }

  async #spend(c: Context<AppEnv>, limit: RateLimit, scope?: string): Promise<void> {
    const { name, perMinute } = limit;
    const capacity = Math.max(1, limit.burst ?? perMinute);
    const rest = `limit:${name}:${limit.keyOf(c)}`;
    const key = scope === undefined ? environmentKey(c.get("environmentId"), rest) : `${scope}:${rest}`;
    const take = await this.#store.takeToken(key, { capacity, refillPerSecond: perMinute / 60, cost: 1 });
    tell(c, name, { capacity, perMinute }, take);
    if (take.allowed) return;
    const seconds = Math.max(1, Math.ceil(take.retryMs / 1_000));
    this.#metrics.rateLimited.inc({ limit: name });
    const pace = perMinute >= 1 ? `${perMinute} a minute` : `${+(perMinute * 60).toFixed(2)} an hour`;
    throw new AppError(
      "request.rate_limited",
      `The limit ${name} is ${capacity} at once and ${pace}. Try again in ${seconds} s.`,
      { retryAfterSeconds: seconds },
    );
  }
}

/**
 * Adds a limit to the headers: as policy its bucket `q` and the seconds `w` in which an empty one fills; as state what
 * remains, `r`, and the seconds `t` until it is full.
 */
function tell(
  c: Context<AppEnv>,
  name: string,
  { capacity, perMinute }: { capacity: number; perMinute: number },
  { remaining, resetMs }: TokenTake,
): void {
  const windowSeconds = Math.max(1, Math.ceil((capacity / perMinute) * 60));
  const more = { append: true };
  c.header(RATE_LIMIT_HEADERS.policy, `"${name}";q=${Math.floor(capacity)};w=${windowSeconds}`, more);
  c.header(RATE_LIMIT_HEADERS.state, `"${name}";r=${remaining};t=${Math.ceil(resetMs / 1_000)}`, more);
}
