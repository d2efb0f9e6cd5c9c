// Who players are, how somebody becomes one, and which address leads to whom.
import { createHash } from "node:crypto";
import { AppError } from "../../shared/schema/errors.ts";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Executor } from "../db/database.ts";
import type { Metrics } from "../ops/metrics.ts";
import { emailSubject, MAX_EMAIL_LENGTH } from "../passwords/email-address.ts";
import { displayNameFor } from "./display-name.ts";
import type { AccountStore, NewIdentity, Player, PlayerRecord } from "./store.ts";
import { uuidV7 } from "./uuid-v7.ts";
import { MAX_SUGGESTED_NAME_LENGTH, type VerifiedIdentity } from "./verifiers/verifier.ts";

/** The provider under which proven e-mail addresses are identities. The subject is the normalised address. */
export const EMAIL_PROVIDER = "email";

/** The provider of devices without an account elsewhere. */
export const GUEST_PROVIDER = "guest";

/** A player who signs in, and whether they were made just now. */
export interface SignedInPlayer extends Player {
  readonly isNew: boolean;
}

/** Finds and makes players. */
export class AccountService {
  readonly #store: AccountStore;
  readonly #metrics: Metrics;

  constructor(store: AccountStore, metrics: Metrics) {
    this.#store = store;
    this.#metrics = metrics;
  }

  /**
   * The player whom this identity leads to, made at the first sign-in; the same one for ever after, also for requests at one
   * time.
   */
  async signIn(environmentId: EnvironmentId, verified: VerifiedIdentity): Promise<SignedInPlayer> {
    const who = identityOf(verified);
    const known = await this.#store.findByIdentity(environmentId, who);
    if (known !== undefined) return this.#signedIn(verified, known, false);
    const id = uuidV7();
    const created: Player = { id, displayName: displayNameFor(id) };
    if (await this.#store.add(environmentId, created, who)) return this.#signedIn(verified, created, true);
    const winner = await this.#store.findByIdentity(environmentId, who);
    if (winner === undefined) throw new AppError("service.unavailable", "The account is being changed. Try again.");
    return this.#signedIn(verified, winner, false);
  }

  /** The same for an identity that must lead to a player already; undefined when it does not. */
  async signInKnown(environmentId: EnvironmentId, verified: VerifiedIdentity): Promise<SignedInPlayer | undefined> {
    const known = await this.#store.findByIdentity(environmentId, identityOf(verified));
    return known === undefined ? undefined : this.#signedIn(verified, known, false);
  }

  /** The player of this device: `signIn` by the provider of guests. */
  signInGuest(environmentId: EnvironmentId, deviceId: string): Promise<SignedInPlayer> {
    return this.signIn(environmentId, { provider: GUEST_PROVIDER, subject: deviceId });
  }

  /** The player with this id. Throws `auth.invalid` when there is none: a good token of a player who is gone, or another by now. */
  async player(environmentId: EnvironmentId, id: string): Promise<Player> {
    return this.record(environmentId, id);
  }

  /** The same, with what belongs to it. */
  async record(environmentId: EnvironmentId, id: string): Promise<PlayerRecord> {
    const found = await this.#store.find(environmentId, id);
    if (found === undefined || found.mergedInto !== null) {
      throw new AppError("auth.invalid", "The player of this token does not exist any more. Sign in again.");
    }
    return found;
  }

  /** A player whom somebody asks about; of one that was merged, who it is now. Throws `player.not_found`. */
  async profile(environmentId: EnvironmentId, id: string): Promise<PlayerRecord> {
    const found = await this.#store.find(environmentId, id);
    const now = found?.mergedInto ? await this.#store.find(environmentId, found.mergedInto) : found;
    if (now === undefined) throw new AppError("player.not_found", "There is no player with this id.");
    return now;
  }

  /** The player whom this address leads to, in any spelling, or undefined. */
  async playerOfEmail(environmentId: EnvironmentId, address: string): Promise<string | undefined> {
    return (await this.#store.findByIdentity(environmentId, identityOf(emailIdentity(address))))?.id;
  }

  /** The address to write to this player at: of those that were proven the oldest, or undefined. */
  emailOf(environmentId: EnvironmentId, playerId: string): Promise<string | undefined> {
    return this.#store.addressOf(environmentId, playerId, EMAIL_PROVIDER);
  }

  /**
   * Locks a player until `tx` ends, and says by which providers it can sign in: for modules whose change must not meet a
   * merge or an unlink half-way. Throws `auth.invalid` and `account.merged`.
   */
  lock(environmentId: EnvironmentId, playerId: string, tx: Executor): Promise<string[]> {
    return this.#store.lock(environmentId, playerId, tx);
  }

  /** The environment's document of providers, as it was stored; undefined where there is none. */
  providerDocument(environmentId: EnvironmentId): Promise<unknown> {
    return this.#store.providerDocument(environmentId);
  }

  /** Stores the environment's document of providers. It must have been checked. */
  setProviderDocument(environmentId: EnvironmentId, document: unknown): Promise<void> {
    return this.#store.setProviderDocument(environmentId, document, new Date());
  }

  #signedIn({ provider }: VerifiedIdentity, { id, displayName }: Player, isNew: boolean): SignedInPlayer {
    this.#metrics.signIns.inc({ provider, player: isNew ? "new" : "returning" });
    return { id, displayName, isNew };
  }
}

/** The identity of a proven address, however it is spelt. */
export function emailIdentity(address: string): VerifiedIdentity {
  const subject = emailSubject(address);
  return { provider: EMAIL_PROVIDER, subject, email: subject, isEmailVerified: true };
}

/** What is stored of a verified identity: of who somebody is to the provider a hash only, of what it told what can be shown. */
export function identityOf({ provider, subject, email, displayName }: VerifiedIdentity): NewIdentity {
  // Whoever proved an address, and however they spell it: one mailbox is one identity.
  const name = provider === EMAIL_PROVIDER ? emailSubject(subject) : subject;
  return {
    provider,
    subjectHash: createHash("sha256").update(name).digest("hex"),
    email: shown(email, MAX_EMAIL_LENGTH),
    displayName: shown(displayName, MAX_SUGGESTED_NAME_LENGTH),
  };
}

/** Text of others as one line within its bound; undefined when nothing is left of it. */
function shown(text: string | undefined, maxLength: number): string | undefined {
  const line = text
    ?.toWellFormed()
    .replace(/\p{Cc}+/gu, " ")
    .trim();
  if (line === undefined || line === "") return undefined;
  return line.length <= maxLength ? line : [...line].slice(0, maxLength / 2).join("");
}
