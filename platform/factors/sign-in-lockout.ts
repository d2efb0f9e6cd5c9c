// Slows down whoever guesses at sign-ins, by account and by address, without shutting out the one they guess at.
import { createHash } from "node:crypto";
import { AppError } from "../../shared/schema/errors.ts";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import { environmentKey } from "../environments/environment-key.ts";
import type { EphemeralStore } from "../ephemeral/store.ts";
import { householdOf } from "../http/client-address.ts";
import type { Metrics } from "../ops/metrics.ts";
import { forgetKey } from "./forget-key.ts";
import type { HistoryStore } from "./history-store.ts";
import { Lockout, type LockoutPolicy } from "./lockout.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/**
 * For one account, tried from devices it does not know, and for one device that it knows. Six at once, then 10 s, 20 s, …,
 * 15 minutes: about 120 guesses a day, whoever sends them and from however many addresses.
 */
export const ACCOUNT_LOCKOUT: LockoutPolicy = {
  freeAttempts: 5,
  freeWindowMs: HOUR_MS,
  firstLockMs: 10_000,
  longestLockMs: 15 * MINUTE_MS,
  memoryMs: 24 * HOUR_MS,
};

/** For one address, at which a whole school may sit: only failures count, and more of them are free. */
export const ADDRESS_LOCKOUT: LockoutPolicy = {
  freeAttempts: 30,
  freeWindowMs: HOUR_MS,
  firstLockMs: 30_000,
  longestLockMs: HOUR_MS,
  memoryMs: 24 * HOUR_MS,
};

/** For the second factor of one player: whoever gets this far has the first, so fewer are free. */
export const FACTOR_LOCKOUT: LockoutPolicy = { ...ACCOUNT_LOCKOUT, freeAttempts: 4, longestLockMs: HOUR_MS };

/** How long failures are remembered for the rule of many failures, in milliseconds. */
const FAILURES_MS = HOUR_MS;

/** Who tries to sign in, as far as that is known before the proof is checked. */
export interface LockoutAttempt {
  /** The same for each attempt at one account, whether there is such an account or not. */
  readonly accountKey: string;
  readonly address: string;
  /** The secret of the device, where it sent one. */
  readonly deviceId?: string;
  /**
   * Whether the proof can be found by trying, as a password or a short code can. Else only the address is looked at, and
   * one device may sign in as often at the same time as it likes. True when left out.
   */
  readonly isGuessable?: boolean;
}

/** What `SignInLockout` needs. `now` is milliseconds since 1970. */
export interface SignInLockoutDeps {
  readonly ephemeral: EphemeralStore;
  readonly history: HistoryStore;
  readonly metrics: Metrics;
  readonly now?: () => number;
}

/**
 * The guard of sign-ins. A device that has signed in as this account before has a budget of its own, which no stranger can
 * use up, and is held back neither by the account's lock nor by the address's: a victim is locked out from nowhere that
 * they have been. It answers the same for accounts that do not exist.
 */
export class SignInLockout {
  readonly #deps: SignInLockoutDeps;
  readonly #now: () => number;
  readonly #accounts: Lockout;
  readonly #addresses: Lockout;
  readonly #factors: Lockout;
  /** Which budget an attempt began with: by its end the device may have become known. */
  readonly #budgets = new WeakMap<LockoutAttempt, string>();

  constructor(deps: SignInLockoutDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
    this.#accounts = new Lockout(deps.ephemeral, ACCOUNT_LOCKOUT, this.#now);
    this.#addresses = new Lockout(deps.ephemeral, ADDRESS_LOCKOUT, this.#now);
    this.#factors = new Lockout(deps.ephemeral, FACTOR_LOCKOUT, this.#now);
  }

  /** Begins an attempt, before its proof is checked. Throws `auth.locked`. */
  async before(environmentId: EnvironmentId, attempt: LockoutAttempt): Promise<void> {
    if (attempt.isGuessable === false) {
      return this.#allow("address", await this.#addresses.remaining(addressKey(environmentId, attempt)));
    }
    const deviceKey = await this.#knownDeviceKey(environmentId, attempt);
    const key = deviceKey ?? accountKey(environmentId, attempt);
    this.#budgets.set(attempt, key);
    if (deviceKey === undefined) {
      this.#allow("address", await this.#addresses.remaining(addressKey(environmentId, attempt)));
    }
    this.#allow(deviceKey === undefined ? "account" : "device", await this.#accounts.begin(key));
  }

  /** The proof was not good. */
  async failed(environmentId: EnvironmentId, attempt: LockoutAttempt): Promise<void> {
    if (attempt.isGuessable !== false) {
      await this.#deps.ephemeral.increment(failuresKey(environmentId, attempt.accountKey), FAILURES_MS);
      if ((await this.#knownDeviceKey(environmentId, attempt)) !== undefined) return;
    }
    await this.#addresses.fail(addressKey(environmentId, attempt));
  }

  /** The proof was good. It clears the budget that the attempt came from (give the same object), and no other. */
  async succeeded(environmentId: EnvironmentId, attempt: LockoutAttempt): Promise<void> {
    if (attempt.isGuessable === false) return;
    const key =
      this.#budgets.get(attempt) ??
      (await this.#knownDeviceKey(environmentId, attempt)) ??
      accountKey(environmentId, attempt);
    await this.#accounts.forget(key);
  }

  /** How many attempts at this account failed in the last hour, by anybody. */
  async recentFailures(environmentId: EnvironmentId, account: string | undefined): Promise<number> {
    if (account === undefined) return 0;
    return Number((await this.#deps.ephemeral.get(failuresKey(environmentId, account))) ?? 0);
  }

  /** The player has shown who they are: what others did wrong before is no reason to ask again. */
  async forgetFailures(environmentId: EnvironmentId, account: string | undefined): Promise<void> {
    if (account !== undefined) await forgetKey(this.#deps.ephemeral, failuresKey(environmentId, account));
  }

  /** Begins an attempt at a player's second factor. `knownDevice` is the hash of a device that the player used before. */
  async beforeFactor(environmentId: EnvironmentId, playerId: string, knownDevice: string | undefined): Promise<void> {
    this.#allow("factor", await this.#factors.begin(factorKey(environmentId, playerId, knownDevice)));
  }

  /** The second factor was right. */
  async factorSucceeded(
    environmentId: EnvironmentId,
    playerId: string,
    knownDevice: string | undefined,
  ): Promise<void> {
    await this.#factors.forget(factorKey(environmentId, playerId, knownDevice));
  }

  async #knownDeviceKey(environmentId: EnvironmentId, attempt: LockoutAttempt): Promise<string | undefined> {
    if (attempt.deviceId === undefined) return undefined;
    const account = accountHash(attempt.accountKey);
    const device = deviceHash(attempt.deviceId);
    const isKnown = await this.#deps.history.isKnown(environmentId, account, device, new Date(this.#now()));
    return isKnown ? environmentKey(environmentId, `lockout:device:${account}:${device}`) : undefined;
  }

  #allow(scope: "account" | "address" | "device" | "factor", waitMs: number | undefined): void {
    if (waitMs === undefined) return;
    this.#deps.metrics.lockouts.inc({ scope });
    const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
    throw new AppError("auth.locked", `There were too many failed attempts. Try again in ${seconds} s.`, {
      retryAfterSeconds: seconds,
    });
  }
}

/** What is stored of a device's secret. */
export function deviceHash(deviceId: string): string {
  return hash("device", deviceId);
}

/** What stands for a device that sends no secret: its network and its program, by which it is only known roughly. */
export function roughDeviceHash(address: string, userAgent: string): string {
  return hash("rough device", JSON.stringify([householdOf(address), userAgent]));
}

/** What is stored of an account's name. */
export function accountHash(account: string): string {
  return hash("account", account);
}

function accountKey(environmentId: EnvironmentId, attempt: LockoutAttempt): string {
  return environmentKey(environmentId, `lockout:account:${accountHash(attempt.accountKey)}`);
}

function addressKey(environmentId: EnvironmentId, attempt: LockoutAttempt): string {
  return environmentKey(environmentId, `lockout:address:${householdOf(attempt.address)}`);
}

function failuresKey(environmentId: EnvironmentId, account: string): string {
  return environmentKey(environmentId, `failures:${accountHash(account)}`);
}

function factorKey(environmentId: EnvironmentId, playerId: string, knownDevice: string | undefined): string {
  return environmentKey(environmentId, `lockout:factor:${playerId}:${knownDevice ?? "strangers"}`);
}

function hash(kind: string, text: string): string {
  return createHash("sha256").update(`${kind}\0`).update(text).digest("hex");
}
