// The production ephemeral store: a Redis server, named by REDIS_URL.
import { Redis } from "ioredis";
import { AppError } from "../../shared/schema/errors.ts";
import type { Log } from "../ops/log.ts";
import type { Count, EphemeralStore, Member, TokenBucketRule, TokenTake } from "./store.ts";
import { checkRule, TOKEN_TOLERANCE } from "./token-bucket.ts";

/** Before every key, so that one Redis can serve other programs too. */
export const KEY_PREFIX = "gamekeeper:";

/** Longest to wait for one answer. */
const COMMAND_TIMEOUT_MS = 1_000;

/** A connection that answers nothing for this long, with commands waiting, is replaced. */
const SILENCE_TIMEOUT_MS = 2_000;

/** Waits between attempts to reconnect, growing with each up to the last. */
const RECONNECT_MS = { step: 50, last: 1_000 } as const;

/** Redis' answers that mean "not now": starting, full, read-only, without a master. */
const UNAVAILABLE_REPLIES = /^(LOADING|OOM|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|NOREPLICAS|MISCONF)\b/;

const COMPARE_AND_SET = `
if redis.call("get", KEYS[1]) ~= ARGV[1] then return 0 end
redis.call("set", KEYS[1], ARGV[2], "px", ARGV[3])
return 1`;

const COMPARE_AND_DELETE = `
if redis.call("get", KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call("del", KEYS[1])`;

const INCREMENT = `
local count = redis.call("incr", KEYS[1])
if count == 1 then redis.call("pexpire", KEYS[1], ARGV[1]) end
return { count, redis.call("pttl", KEYS[1]) }`;

// The arithmetic of token-bucket.ts, by the server's clock. The bucket lives until it would be full, which is as good as none.
const TAKE_TOKEN = `
local capacity, refill, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local tolerance = ${TOKEN_TOLERANCE}
local time = redis.call("time")
local now = time[1] * 1000 + time[2] / 1000
local held = capacity
local kept = redis.call("hmget", KEYS[1], "tokens", "at")
if kept[1] then
  held = math.min(capacity, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) * refill / 1000)
end
local function untilMs(tokens) return math.max(0, math.ceil((tokens - tolerance) / refill * 1000)) end
local function whole(tokens) return math.floor(tokens + tolerance) end
if held + tolerance < cost then return { 0, whole(held), untilMs(capacity - held), untilMs(cost - held) } end
local left = math.max(0, held - cost)
local reset = untilMs(capacity - left)
if reset > 0 then
  redis.call("hset", KEYS[1], "tokens", string.format("%.17g", left), "at", string.format("%.17g", now))
  redis.call("pexpire", KEYS[1], reset)
end
return { 1, whole(left), reset, 0 }`;

// A set is a hash of values beside a sorted set of expiry times, by the server's clock; both live as long as their last member.
const PUT_MEMBER = `
local time = redis.call("time")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call("hset", KEYS[1], ARGV[1], ARGV[2])
redis.call("zadd", KEYS[2], now + ARGV[3], ARGV[1])
local last = redis.call("zrange", KEYS[2], -1, -1, "withscores")[2]
redis.call("pexpireat", KEYS[1], last)
redis.call("pexpireat", KEYS[2], last)`;

const DROP_EXPIRED = `
local time = redis.call("time")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, name in ipairs(redis.call("zrangebyscore", KEYS[2], "-inf", now)) do
  redis.call("hdel", KEYS[1], name)
  redis.call("zrem", KEYS[2], name)
end`;

const REMOVE_MEMBER = `${DROP_EXPIRED}
redis.call("zrem", KEYS[2], ARGV[1])
return redis.call("hdel", KEYS[1], ARGV[1])`;

const MEMBERS = `${DROP_EXPIRED}
return redis.call("hgetall", KEYS[1])`;

/** `EphemeralStore` on Redis. Connects in the background and reconnects by itself; while away, every call fails fast. */
export class RedisStore implements EphemeralStore {
  readonly #redis: Redis;

  constructor(url: string, log: Log) {
    this.#redis = new Redis(url, {
      keyPrefix: KEY_PREFIX,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      connectTimeout: SILENCE_TIMEOUT_MS,
      commandTimeout: COMMAND_TIMEOUT_MS,
      socketTimeout: SILENCE_TIMEOUT_MS,
      connectionName: "gamekeeper-platform",
      retryStrategy: (attempt) => Math.min(attempt * RECONNECT_MS.step, RECONNECT_MS.last),
      reconnectOnError: (error) => UNAVAILABLE_REPLIES.test(error.message),
    });
    let isAway = false;
    this.#redis.on("ready", () => {
      isAway = false;
      log.info({ event: "ephemeral.ready" });
    });
    this.#redis.on("error", (error) => {
      // One line when it goes, not one for every attempt to come back.
      log[isAway ? "debug" : "warn"]({ event: "ephemeral.unavailable", reason: error.message });
      isAway = true;
    });
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#ask(() => this.#redis.get(key))) ?? undefined;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    await this.#ask(() => this.#redis.set(key, value, "PX", ttlMs));
  }

  async compareAndSet(key: string, expected: string, value: string, ttlMs: number): Promise<boolean> {
    return (await this.#run(COMPARE_AND_SET, [key], [expected, value, ttlMs])) === 1;
  }

  async compareAndDelete(key: string, expected: string): Promise<boolean> {
    return (await this.#run(COMPARE_AND_DELETE, [key], [expected])) === 1;
  }

  async increment(key: string, ttlMs: number): Promise<Count> {
    const [count, expiresInMs] = (await this.#run(INCREMENT, [key], [ttlMs])) as [number, number];
    return { count, expiresInMs };
  }

  async takeToken(key: string, rule: TokenBucketRule): Promise<TokenTake> {
    checkRule(rule);
    const { capacity, refillPerSecond, cost } = rule;
    const answer = await this.#run(TAKE_TOKEN, [key], [capacity, refillPerSecond, cost]);
    const [allowed, remaining, resetMs, retryMs] = answer as [number, number, number, number];
    return { allowed: allowed === 1, remaining, resetMs, retryMs };
  }

  async putMember(set: string, name: string, value: string, ttlMs: number): Promise<void> {
    await this.#run(PUT_MEMBER, keysOf(set), [name, value, ttlMs]);
  }

  async removeMember(set: string, name: string): Promise<boolean> {
    return (await this.#run(REMOVE_MEMBER, keysOf(set), [name])) === 1;
  }

  async members(set: string): Promise<Member[]> {
    const flat = (await this.#run(MEMBERS, keysOf(set), [])) as string[];
    const members: Member[] = [];
    for (let i = 0; i + 1 < flat.length; i += 2) members.push({ name: flat[i] ?? "", value: flat[i + 1] ?? "" });
    return members.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async check(): Promise<void> {
    await this.#ask(() => this.#redis.ping());
  }

  async close(): Promise<void> {
    this.#redis.disconnect();
  }

  #run(script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.#ask(() => this.#redis.eval(script, keys.length, ...keys, ...args));
  }

  async #ask<Result>(command: () => Promise<Result>): Promise<Result> {
    try {
      return await command();
    } catch (error) {
      // A reply that is an error is a mistake of ours, except when it says that Redis cannot serve now.
      if (error instanceof Error && error.name === "ReplyError" && !UNAVAILABLE_REPLIES.test(error.message))
        throw error;
      throw new AppError("service.unavailable", "The ephemeral store is away. Redis does not answer.", {
        cause: error,
      });
    }
  }
}

/** The hash and the sorted set of a set; the braces keep both on one node of a cluster. */
function keysOf(set: string): [string, string] {
  return [`{${set}}:values`, `{${set}}:expiries`];
}
