// The local ephemeral store: this process' memory, with a bound.
import { AppError } from "../../shared/schema/errors.ts";
import type { Count, EphemeralStore, Member, TokenBucketRule, TokenTake } from "./store.ts";
import { checkRule, type TokenBucket, takeFrom } from "./token-bucket.ts";

/** Most values, counters, members and token buckets held at a time. At about 300 bytes each, some 30 MB. */
export const MAX_ENTRIES = 100_000;

/** How often what has expired is thrown away. */
const SWEEP_INTERVAL_MS = 1_000;

interface Entry {
  value: string;
  expiresAt: number;
}

interface KeptBucket {
  readonly bucket: TokenBucket;
  readonly expiresAt: number;
}

/** Options of `MemoryStore`. `now` is the clock in milliseconds, for tests. */
export interface MemoryStoreOptions {
  readonly maxEntries?: number;
  readonly now?: () => number;
}

/** `EphemeralStore` in memory. When it is full of living values it refuses new ones, as a Redis without eviction does. */
export class MemoryStore implements EphemeralStore {
  readonly #entries = new Map<string, Entry>();
  readonly #sets = new Map<string, Map<string, Entry>>();
  readonly #buckets = new Map<string, KeptBucket>();
  readonly #maxEntries: number;
  readonly #now: () => number;
  readonly #sweeper: NodeJS.Timeout;
  #memberCount = 0;

  constructor(options: MemoryStoreOptions = {}) {
    this.#maxEntries = options.maxEntries ?? MAX_ENTRIES;
    this.#now = options.now ?? (() => performance.now());
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_INTERVAL_MS).unref();
  }

  /** How many values, counters, members and buckets are held, the expired ones not yet swept among them. */
  get size(): number {
    return this.#entries.size + this.#memberCount + this.#buckets.size;
  }

  async get(key: string): Promise<string | undefined> {
    return this.#living(key)?.value;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    if (!this.#entries.has(key)) this.#makeRoom();
    this.#entries.set(key, { value, expiresAt: this.#now() + ttlMs });
  }

  async compareAndSet(key: string, expected: string, value: string, ttlMs: number): Promise<boolean> {
    if (this.#living(key)?.value !== expected) return false;
    this.#entries.set(key, { value, expiresAt: this.#now() + ttlMs });
    return true;
  }

  async compareAndDelete(key: string, expected: string): Promise<boolean> {
    if (this.#living(key)?.value !== expected) return false;
    return this.#entries.delete(key);
  }

  async increment(key: string, ttlMs: number): Promise<Count> {
    const now = this.#now();
    const living = this.#living(key);
    if (living === undefined) this.#makeRoom();
    const entry = living ?? { value: "0", expiresAt: now + ttlMs };
    const count = Number(entry.value) + 1;
    entry.value = String(count);
    this.#entries.set(key, entry);
    return { count, expiresInMs: Math.ceil(entry.expiresAt - now) };
  }

  async takeToken(key: string, rule: TokenBucketRule): Promise<TokenTake> {
    checkRule(rule);
    const now = this.#now();
    const kept = this.#buckets.get(key);
    const before = kept !== undefined && kept.expiresAt > now ? kept.bucket : undefined;
    const { bucket, take } = takeFrom(before, rule, now);
    // What is full, or was not touched, need not be kept anew.
    if (bucket === undefined || bucket === before || take.resetMs === 0) return take;
    if (kept === undefined) this.#makeRoom();
    this.#buckets.set(key, { bucket, expiresAt: now + take.resetMs });
    return take;
  }

  async putMember(set: string, name: string, value: string, ttlMs: number): Promise<void> {
    const members = this.#sets.get(set) ?? new Map<string, Entry>();
    if (!members.has(name)) {
      this.#makeRoom();
      this.#memberCount += 1;
    }
    members.set(name, { value, expiresAt: this.#now() + ttlMs });
    this.#sets.set(set, members);
  }

  async removeMember(set: string, name: string): Promise<boolean> {
    const members = this.#sets.get(set);
    const entry = members?.get(name);
    if (members === undefined || entry === undefined) return false;
    this.#dropMember(set, members, name);
    return entry.expiresAt > this.#now();
  }

  async members(set: string): Promise<Member[]> {
    const now = this.#now();
    return [...(this.#sets.get(set) ?? [])]
      .filter(([, entry]) => entry.expiresAt > now)
      .map(([name, { value }]) => ({ name, value }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async check(): Promise<void> {}

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    this.#entries.clear();
    this.#sets.clear();
    this.#buckets.clear();
    this.#memberCount = 0;
  }

  #living(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.expiresAt > this.#now()) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  #makeRoom(): void {
    if (this.size < this.#maxEntries) return;
    this.#sweep();
    if (this.size < this.#maxEntries) return;
    throw new AppError(
      "service.unavailable",
      "The ephemeral store is full. Try again when older entries have expired.",
    );
  }

  #sweep(): void {
    const now = this.#now();
    for (const [key, { expiresAt }] of this.#entries) if (expiresAt <= now) this.#entries.delete(key);
    for (const [key, { expiresAt }] of this.#buckets) if (expiresAt <= now) this.#buckets.delete(key);
    for (const [set, members] of this.#sets) {
      for (const [name, { expiresAt }] of members) if (expiresAt <= now) this.#dropMember(set, members, name);
    }
  }

  #dropMember(set: string, members: Map<string, Entry>, name: string): void {
    members.delete(name);
    this.#memberCount -= 1;
    if (members.size === 0) this.#sets.delete(set);
  }
}
