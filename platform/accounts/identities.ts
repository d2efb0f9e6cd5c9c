// Links identities to players and takes them away again: one identity leads to one player, and to every player something leads.

import { AppError } from "../../shared/schema/errors.ts";
import { type EnvironmentId, MAX_IDENTITIES } from "../../shared/schema/platform/index.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Executor } from "../db/database.ts";
import type { IdentityStore, StoredIdentity } from "./identity-store.ts";
import type { PlayerModules } from "./player-modules.ts";
import { EMAIL_PROVIDER, emailIdentity, identityOf } from "./service.ts";
import type { AccountNotices } from "./session-starter.ts";
import type { NewIdentity } from "./store.ts";
import type { VerifiedIdentity } from "./verifiers/verifier.ts";

/** What `IdentityService` needs. */
export interface IdentityServiceDeps {
  readonly store: IdentityStore;
  readonly modules: PlayerModules;
  readonly audit: AuditLog;
  readonly notices: AccountNotices;
}

/** How linking ended: it leads to the player now, it did before, or it leads to somebody else. */
export type LinkOutcome =
  | { readonly kind: "linked" | "already"; readonly identity: StoredIdentity }
  | { readonly kind: "clash"; readonly subjectHash: string; readonly theirs: string };

/** A player's identities. Whatever is acknowledged is stored; each change is one transaction, with its audit entry. */
export class IdentityService {
  readonly #deps: IdentityServiceDeps;

  constructor(deps: IdentityServiceDeps) {
    this.#deps = deps;
  }

  /** The player's identities, oldest first. */
  list(environmentId: EnvironmentId, playerId: string): Promise<StoredIdentity[]> {
    return this.#deps.store.list(environmentId, playerId);
  }

  /**
   * Lets a proven identity lead to this player, who keeps id and progress. An identity that leads to somebody else stays
   * where it is: that is a clash, and the player's to resolve. Throws `identity.limit`.
   */
  async link(environmentId: EnvironmentId, playerId: string, verified: VerifiedIdentity): Promise<LinkOutcome> {
    const { store, notices } = this.#deps;
    const who = identityOf(verified);
    const outcome = await store.locked(environmentId, [playerId], (tx) => this.#link(environmentId, playerId, who, tx));
    if (outcome.kind === "linked") {
      await notices.tell(environmentId, playerId, "identity-linked", { provider: who.provider });
    }
    return outcome;
  }

  /** Takes an identity away. Throws `identity.not_found`, and `identity.last` for the only one. */
  async unlink(environmentId: EnvironmentId, playerId: string, identityId: string): Promise<void> {
    const { store, modules, notices } = this.#deps;
    const provider = await store.locked(environmentId, [playerId], async (tx) => {
      const all = await store.list(environmentId, playerId, tx);
      const leaving = all.find(({ id }) => id === identityId);
      if (leaving === undefined) throw new AppError("identity.not_found", "This player has no identity with this id.");
      if (all.length === 1) throw new AppError("identity.last", "Link another identity before this one is taken away.");
      await store.remove(environmentId, identityId, tx);
      const left = all.filter((one) => one !== leaving).map((one) => one.provider);
      await modules.unlinked(environmentId, playerId, left, tx);
      await this.#record(environmentId, playerId, "identity.unlinked", leaving, tx);
      return leaving.provider;
    });
    await notices.tell(environmentId, playerId, "identity-unlinked", { provider });
  }

  /**
   * Puts a proven address in the place of another one of the player, or, without `from`, beside what there is.
   * Throws `identity.taken` when it leads to somebody else, and `identity.not_found` when `from` is not the player's.
   */
  async replaceEmail(
    environmentId: EnvironmentId,
    playerId: string,
    from: string | undefined,
    to: string,
  ): Promise<void> {
    const { store } = this.#deps;
    await store.locked(environmentId, [playerId], async (tx) => {
      const old = from === undefined ? undefined : await store.find(environmentId, identityOf(emailIdentity(from)), tx);
      if (from !== undefined && old?.playerId !== playerId) {
        throw new AppError("identity.not_found", "The address to be replaced is not this player's.");
      }
      // The old one goes first: with it the player may be at the limit. Nobody sees the moment in between.
      if (old !== undefined) {
        await store.remove(environmentId, old.id, tx);
        await this.#record(environmentId, playerId, "identity.unlinked", old, tx);
      }
      const outcome = await this.#link(environmentId, playerId, identityOf(emailIdentity(to)), tx);
      if (outcome.kind === "clash") {
        throw new AppError(
          "identity.taken",
          "This address leads to another player. Sign in there, or use another one.",
        );
      }
    });
  }

  async #link(environmentId: EnvironmentId, playerId: string, who: NewIdentity, tx: Executor): Promise<LinkOutcome> {
    const { store } = this.#deps;
    const found = await store.find(environmentId, who, tx);
    if (found !== undefined) return outcomeOf(found, playerId);
    if ((await store.list(environmentId, playerId, tx)).length >= MAX_IDENTITIES) throw limit();
    const added = await store.add(environmentId, playerId, who, tx);
    if (added !== undefined) {
      await this.#record(environmentId, playerId, "identity.linked", added, tx);
      return { kind: "linked", identity: added };
    }
    // Somebody else was quicker between the two statements.
    const winner = await store.find(environmentId, who, tx);
    if (winner !== undefined) return outcomeOf(winner, playerId);
    throw new AppError("service.unavailable", "The identity is being changed elsewhere. Try again.");
  }

  /** Entries name the provider and the id of the identity: what the provider calls the person is not the log's affair. */
  #record(
    environmentId: EnvironmentId,
    playerId: string,
    action: "identity.linked" | "identity.unlinked",
    { id, provider }: StoredIdentity,
    tx: Executor,
  ): Promise<void> {
    const change = { identityId: id, provider };
    return this.#deps.audit.record(
      {
        environmentId,
        actor: { kind: "player", id: playerId },
        action,
        subject: `player/${playerId}`,
        ...(action === "identity.linked" ? { after: change } : { before: change }),
      },
      tx,
    );
  }
}

/** More identities than a player may have. */
export function limit(): AppError {
  return new AppError("identity.limit", `A player has at most ${MAX_IDENTITIES} identities. Unlink one first.`);
}

/** Whether an identity is an e-mail address. */
export function isEmail({ provider }: { readonly provider: string }): boolean {
  return provider === EMAIL_PROVIDER;
}

function outcomeOf(found: StoredIdentity, playerId: string): LinkOutcome {
  if (found.playerId === playerId) return { kind: "already", identity: found };
  return { kind: "clash", subjectHash: found.subjectHash, theirs: found.playerId };
}
