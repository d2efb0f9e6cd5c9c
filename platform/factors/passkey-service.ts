// Passkeys of players: made, used as a way in or as a second factor, taken away.
import { randomBytes } from "node:crypto";
import { AppError } from "../../shared/schema/errors.ts";
import {
  type AddPasskeyRequest,
  type EnvironmentId,
  MAX_PASSKEYS,
  type Passkey,
  type PasskeyAssertion,
  type PasskeyOptions,
} from "../../shared/schema/platform/index.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import { environmentKey } from "../environments/environment-key.ts";
import type { EphemeralStore } from "../ephemeral/store.ts";
import { ownEntry } from "./audited.ts";
import {
  CEREMONY_MS,
  checkCreation,
  checkRequest,
  creationOptions,
  type RelyingParty,
  requestOptions,
} from "./passkey-ceremony.ts";
import type { PasskeyStore, StoredPasskey } from "./passkey-store.ts";
import type { PolicyService } from "./policy-service.ts";
import type { FactorNotices, PlayerLabels } from "./ports.ts";

/** Random bytes of what a passkey knows of its player (WebAuthn, section 14.6.1: nothing that says who it is). */
const HANDLE_BYTES = 32;

/** Longest challenge that is looked for, in characters; ours have 43. */
const MAX_CHALLENGE_LENGTH = 128;

/** What `PasskeyService` needs. `now` is milliseconds since 1970. */
export interface PasskeyServiceDeps {
  readonly store: PasskeyStore;
  readonly ephemeral: EphemeralStore;
  readonly policies: PolicyService;
  readonly audit: AuditLog;
  readonly notices: FactorNotices;
  readonly labels: PlayerLabels;
  readonly now?: () => number;
}

/** What a ceremony that was begun is for. */
type Ceremony =
  | { readonly kind: "create"; readonly playerId: string; readonly handle: string }
  | { readonly kind: "sign-in" }
  | { readonly kind: "prove"; readonly playerId: string };

/** Passkeys. Who may add or remove them is asked before: here everything is allowed. */
export class PasskeyService {
  readonly #deps: PasskeyServiceDeps;
  readonly #now: () => number;

  constructor(deps: PasskeyServiceDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
  }

  /** The player's passkeys, oldest first. */
  async of(environmentId: EnvironmentId, playerId: string): Promise<Passkey[]> {
    return (await this.#deps.store.ofPlayer(environmentId, playerId)).map(shown);
  }

  /** Whether the player can sign in by a passkey alone. */
  async canSignIn(environmentId: EnvironmentId, playerId: string): Promise<boolean> {
    return (await this.#deps.store.ofPlayer(environmentId, playerId)).length > 0;
  }

  /** What a browser needs to make a passkey. Throws `factor.limit`. */
  async beginAdd(environmentId: EnvironmentId, playerId: string): Promise<PasskeyOptions> {
    const existing = await this.#deps.store.ofPlayer(environmentId, playerId);
    if (existing.length >= MAX_PASSKEYS) throw tooMany();
    const handle = existing[0]?.userHandle ?? randomBytes(HANDLE_BYTES).toString("base64url");
    const name = await this.#deps.labels.labelOf(environmentId, playerId);
    const options = await creationOptions(await this.#party(environmentId), { handle, name, existing });
    await this.#begin(environmentId, options.challenge, { kind: "create", playerId, handle });
    return { ...options };
  }

  /** Adds the passkey that a browser made. Throws `factor.wrong_passkey`, `factor.exists` and `factor.limit`. */
  async finishAdd(environmentId: EnvironmentId, playerId: string, request: AddPasskeyRequest): Promise<Passkey> {
    const { response, name } = request;
    const { challenge, ceremony } = await this.#take(environmentId, response.response.clientDataJSON);
    if (ceremony.kind !== "create" || ceremony.playerId !== playerId) throw noCeremony();
    const party = await this.#party(environmentId);
    const added = await checkCreation(party, challenge, { ...response, clientExtensionResults: {} } as never);
    const owner = { playerId, userHandle: ceremony.handle, name };
    const outcome = await this.#deps.store.add(environmentId, owner, added, MAX_PASSKEYS, (tx) =>
      this.#deps.audit.record(ownEntry(environmentId, playerId, "passkey.added", { name, aaguid: added.aaguid }), tx),
    );
    if (outcome === "too_many") throw tooMany();
    if (outcome === "exists") throw new AppError("factor.exists", "This passkey is registered already.");
    await this.#deps.notices.tell(environmentId, playerId, "factor-added", { factor: "passkey" });
    return { passkeyId: added.id, name, isSynced: added.isSynced, createdAt: new Date(this.#now()).toISOString() };
  }

  /** Removes a passkey. Throws `factor.not_found`. */
  async remove(environmentId: EnvironmentId, playerId: string, passkeyId: string): Promise<void> {
    const isRemoved = await this.#deps.store.remove(environmentId, playerId, passkeyId, (tx) =>
      this.#deps.audit.record(ownEntry(environmentId, playerId, "passkey.removed"), tx),
    );
    if (!isRemoved) throw new AppError("factor.not_found", "The player has no such passkey.");
    await this.#deps.notices.tell(environmentId, playerId, "factor-removed", { factor: "passkey" });
  }

  /** What a browser needs to sign in with any passkey of this game. Says nothing of who has one. */
  async beginSignIn(environmentId: EnvironmentId): Promise<PasskeyOptions> {
    const options = await requestOptions(await this.#party(environmentId));
    await this.#begin(environmentId, options.challenge, { kind: "sign-in" });
    return { ...options };
  }

  /** The player whose passkey answered. Throws `factor.wrong_passkey`, the same for keys that do not exist. */
  async finishSignIn(environmentId: EnvironmentId, response: PasskeyAssertion): Promise<string> {
    const { challenge, ceremony } = await this.#take(environmentId, response.response.clientDataJSON);
    if (ceremony.kind !== "sign-in") throw noCeremony();
    return this.#use(environmentId, challenge, response, undefined);
  }

  /** What a browser needs to show one of the player's own passkeys. Throws `factor.not_found` when there is none. */
  async beginProof(environmentId: EnvironmentId, playerId: string): Promise<PasskeyOptions> {
    const own = await this.#deps.store.ofPlayer(environmentId, playerId);
    if (own.length === 0) throw new AppError("factor.not_found", "The player has no passkey.");
    const options = await requestOptions(await this.#party(environmentId), own);
    await this.#begin(environmentId, options.challenge, { kind: "prove", playerId });
    return { ...options };
  }

  /** Makes sure that a passkey of this player answered. Throws `factor.wrong_passkey`. */
  async finishProof(environmentId: EnvironmentId, playerId: string, response: PasskeyAssertion): Promise<void> {
    const { challenge, ceremony } = await this.#take(environmentId, response.response.clientDataJSON);
    if (ceremony.kind !== "prove" || ceremony.playerId !== playerId) throw noCeremony();
    await this.#use(environmentId, challenge, response, playerId);
  }

  async #use(
    environmentId: EnvironmentId,
    challenge: string,
    response: PasskeyAssertion,
    playerId: string | undefined,
  ): Promise<string> {
    const { store, audit } = this.#deps;
    const key = await store.find(environmentId, response.id);
    const { userHandle } = response.response;
    const isOwn = key !== undefined && (playerId === undefined || key.playerId === playerId);
    const hasHandle = userHandle === undefined || userHandle === null || userHandle === key?.userHandle;
    if (!isOwn || !hasHandle) throw noCeremony();
    const party = await this.#party(environmentId);
    const answer = { ...response, clientExtensionResults: {} } as never;
    let counter: number;
    try {
      counter = await checkRequest(party, challenge, key, answer);
    } catch (error) {
      // A key of ours that answers wrongly may be a copy: somebody should be able to find out.
      await audit.record(ownEntry(environmentId, key.playerId, "passkey.refused", { name: key.name }));
      throw error;
    }
    // A synchronised key counts nothing: its challenge, which is gone by now, is what makes the answer good once.
    if (!(await store.used(environmentId, key.id, key.counter, counter, new Date(this.#now())))) throw noCeremony();
    return key.playerId;
  }

  async #begin(environmentId: EnvironmentId, challenge: string, ceremony: Ceremony): Promise<void> {
    await this.#deps.ephemeral.set(ceremonyKey(environmentId, challenge), JSON.stringify(ceremony), CEREMONY_MS);
  }

  /** The ceremony that an answer belongs to; nobody gets it a second time. */
  async #take(
    environmentId: EnvironmentId,
    clientDataJson: string,
  ): Promise<{ challenge: string; ceremony: Ceremony }> {
    const challenge = challengeOf(clientDataJson);
    if (challenge === undefined) throw noCeremony();
    const key = ceremonyKey(environmentId, challenge);
    const kept = await this.#deps.ephemeral.get(key);
    if (kept === undefined || !(await this.#deps.ephemeral.compareAndDelete(key, kept))) throw noCeremony();
    return { challenge, ceremony: JSON.parse(kept) as Ceremony };
  }

  async #party(environmentId: EnvironmentId): Promise<RelyingParty> {
    return this.#deps.policies.relyingParty(environmentId);
  }
}

/** The challenge that an answer says it is for; undefined when it does not say. Nothing of it is proven. */
function challengeOf(clientDataJson: string): string | undefined {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJson, "base64url").toString("utf8")) as {
      challenge?: unknown;
    };
    const isSane = typeof challenge === "string" && challenge.length <= MAX_CHALLENGE_LENGTH;
    return isSane && /^[A-Za-z0-9_-]+$/.test(challenge) ? challenge : undefined;
  } catch {
    // What is no JSON says nothing.
    return undefined;
  }
}

function shown({ id, name, isSynced, createdAt, lastUsedAt }: StoredPasskey): Passkey {
  return {
    passkeyId: id,
    name,
    isSynced,
    createdAt: createdAt.toISOString(),
    ...(lastUsedAt === null ? {} : { lastUsedAt: lastUsedAt.toISOString() }),
  };
}

function ceremonyKey(environmentId: EnvironmentId, challenge: string): string {
  return environmentKey(environmentId, `passkey-ceremony:${challenge}`);
}

/** One answer for a challenge that is unknown, old or used, and for a key that is not there: they tell a stranger the same. */
function noCeremony(): AppError {
  return new AppError(
    "factor.wrong_passkey",
    "The passkey's answer is not right for this challenge. Ask for new options and let the browser answer them.",
  );
}

function tooMany(): AppError {
  return new AppError("factor.limit", `A player may have at most ${MAX_PASSKEYS} passkeys. Remove one first.`);
}
