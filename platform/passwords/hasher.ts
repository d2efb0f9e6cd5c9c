// Hashes passwords with argon2id, off the main thread and a few at a time.
import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { hash, parseOptions, verify } from "@node-rs/argon2";
import { BoundedWork } from "./bounded-work.ts";

/** Cost of one hash: 19 MiB and two passes, the first choice of the OWASP Password Storage Cheat Sheet for argon2id. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;

const SALT_BYTES = 16;

/** Most hashes at a time. The thread pool they run in has four threads, and files and names need one too. */
const MAX_AT_ONCE = 3;

/** Most hashes that wait, some seconds' worth on one core. */
const MAX_WAITING = 128;

/** What services need of a hasher. */
export interface PasswordHasher {
  /** The hash to store, with its own salt and cost in it (PHC string format). */
  hash(password: string): Promise<string>;
  /**
   * Whether `password` is the one of `stored`. Takes as long for `undefined`, which no password matches: how long an
   * answer takes must not say whether there is an account.
   */
  verify(stored: string | undefined, password: string): Promise<boolean>;
  /** Whether `stored` was made at another cost than today's, and should be made again at the next good sign-in. */
  isOutdated(stored: string): boolean;
}

/**
 * Argon2id (RFC 9106). The event loop never waits for it, and never more than `MAX_AT_ONCE` run; throws
 * `service.unavailable` when `MAX_WAITING` are waiting already.
 */
export class Argon2Hasher implements PasswordHasher {
  readonly #work = new BoundedWork({
    name: "password hashing",
    atOnce: Math.min(availableParallelism(), MAX_AT_ONCE),
    maxWaiting: MAX_WAITING,
  });
  readonly #decoy = decoyHash();

  hash(password: string): Promise<string> {
    return this.#work.run(() => hash(canonical(password), { ...COST, salt: randomBytes(SALT_BYTES) }));
  }

  async verify(stored: string | undefined, password: string): Promise<boolean> {
    const isMatch = await this.#work.run(() => verify(stored ?? this.#decoy, canonical(password)));
    return isMatch && stored !== undefined;
  }

  isOutdated(stored: string): boolean {
    const made = parseOptions(stored);
    return (["memoryCost", "timeCost", "parallelism", "outputLen"] as const).some((part) => made[part] !== COST[part]);
  }
}

/** The same characters give the same hash however a keyboard composes them (NIST SP 800-63B, section 3.1.1.2). */
function canonical(password: string): string {
  return password.normalize("NFKC");
}

/** A well-formed hash of today's cost that nothing hashes to: checking it takes as long as checking a real one. */
function decoyHash(): string {
  const base64 = (bytes: number) => randomBytes(bytes).toString("base64").replace(/=+$/, "");
  const cost = `m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}`;
  return `$argon2id$v=19$${cost}$${base64(SALT_BYTES)}$${base64(COST.outputLen)}`;
}
