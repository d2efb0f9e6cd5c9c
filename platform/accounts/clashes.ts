// Clashes: somebody has proven an identity that leads to another player. Nothing is decided but by their own, explicit choice.
import { AppError } from "../../shared/schema/errors.ts";
import {
  CLASH_SECONDS,
  type EnvironmentId,
  type IdentityClash,
  MAX_IDENTITIES,
  type ResolveClashRequest,
} from "../../shared/schema/platform/index.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Executor } from "../db/database.ts";
import { type Clash, type ClashTokens, staleClash } from "./clash-token.ts";
import { limit } from "./identities.ts";
import type { IdentityStore } from "./identity-store.ts";
import type { PlayerModules } from "./player-modules.ts";
import { type AccountService, GUEST_PROVIDER, identityOf } from "./service.ts";

/** What `ClashService` needs. */
export interface ClashServiceDeps {
  readonly store: IdentityStore;
  readonly accounts: AccountService;
  readonly modules: PlayerModules;
  readonly tokens: ClashTokens;
  readonly audit: AuditLog;
}

/** How a clash was resolved: who the caller is from now on, and who is nobody any more. */
export interface Resolution {
  readonly playerId: string;
  readonly merged: string | undefined;
}

type Choice = Pick<ResolveClashRequest, "choice" | "into" | "rules" | "deviceId">;

/** Describes clashes and carries out what was chosen about them, each in one transaction. */
export class ClashService {
  readonly #deps: ClashServiceDeps;

  constructor(deps: ClashServiceDeps) {
    this.#deps = deps;
  }

  /** The error `identity.clash`, with all that a player needs to choose by, and the token that the choice is sent with. */
  async describe(environmentId: EnvironmentId, clash: Clash): Promise<AppError> {
    const { accounts, store, modules, tokens } = this.#deps;
    const [mine, theirs, identities] = await Promise.all([
      accounts.record(environmentId, clash.mine),
      accounts.record(environmentId, clash.theirs),
      store.list(environmentId, clash.theirs),
    ]);
    const side = ({ id, displayName, createdAt }: typeof mine) => ({
      playerId: id,
      displayName,
      createdAt: createdAt.toISOString(),
    });
    const details: IdentityClash = {
      token: await tokens.sign(environmentId, clash),
      expiresIn: CLASH_SECONDS,
      provider: clash.provider,
      mine: side(mine),
      theirs: { ...side(theirs), isLastWayIn: identities.length === 1 },
      merge: modules.questions(),
    };
    return new AppError("identity.clash", "This identity leads to another player. Choose, and send the choice.", {
      members: { clash: details },
    });
  }

  /** What a clash token is about. Throws `identity.clash_stale`. */
  read(environmentId: EnvironmentId, mine: string, token: string): Promise<Clash> {
    return this.#deps.tokens.verify(environmentId, mine, token);
  }

  /** The rules of a merge, complete. Throws `request.invalid`: for a choice that is none, and for members that belong to another. */
  check({ choice, into, rules, deviceId }: Choice): void {
    const errors: { field: string; message: string }[] = [];
    const stray = (field: string, given: unknown, only: string) => {
      if (given !== undefined && choice !== only) errors.push({ field, message: `is for ${only} alone; remove it` });
    };
    stray("into", into, "merge");
    stray("rules", rules, "merge");
    stray("deviceId", deviceId, "keep-theirs");
    if (errors.length > 0) throw new AppError("request.invalid", "The choice is not complete.", { errors });
    if (choice === "merge") this.#deps.modules.rulesOf(rules ?? {});
  }

  /**
   * Does what was chosen. Throws `identity.clash_stale` when the identity leads elsewhere by now, also to `mine`: so the same
   * choice cannot be made twice. Throws `identity.limit` when one player would have too many identities.
   */
  async resolve(environmentId: EnvironmentId, clash: Clash, choice: Choice): Promise<Resolution> {
    this.check(choice);
    const { store, audit } = this.#deps;
    const { mine, theirs } = clash;
    return store.locked(environmentId, [mine, theirs], async (tx) => {
      const found = await store.find(environmentId, clash, tx);
      if (found?.playerId !== theirs) throw staleClash();
      const resolution = await this.#carryOut(environmentId, clash, found.id, choice, tx);
      await audit.record(
        {
          environmentId,
          actor: { kind: "player", id: mine },
          action: "identity.clash_resolved",
          subject: `player/${resolution.playerId}`,
          before: { mine, theirs, provider: clash.provider, identityId: found.id },
          after: {
            choice: choice.choice,
            rules: choice.rules,
            playerId: resolution.playerId,
            merged: resolution.merged,
          },
        },
        tx,
      );
      return resolution;
    });
  }

  #carryOut(
    environmentId: EnvironmentId,
    clash: Clash,
    identityId: string,
    choice: Choice,
    tx: Executor,
  ): Promise<Resolution> {
    switch (choice.choice) {
      case "keep-mine":
        return this.#keepMine(environmentId, clash, identityId, tx);
      case "keep-theirs":
        return this.#keepTheirs(environmentId, clash, choice.deviceId, tx);
      case "merge":
        return this.#merge(environmentId, clash, choice, tx);
    }
  }

  async #keepMine(environmentId: EnvironmentId, { mine, theirs }: Clash, identityId: string, tx: Executor) {
    await this.#move(environmentId, theirs, [identityId], mine, tx);
    return { playerId: mine, merged: undefined };
  }

  async #keepTheirs(environmentId: EnvironmentId, { mine, theirs }: Clash, deviceId: string | undefined, tx: Executor) {
    if (deviceId !== undefined) {
      const device = identityOf({ provider: GUEST_PROVIDER, subject: deviceId });
      const found = await this.#deps.store.find(environmentId, device, tx);
      if (found?.playerId !== mine && found?.playerId !== theirs) {
        throw new AppError("request.invalid", "Correct and send again: deviceId.", {
          errors: [{ field: "deviceId", message: "must be of a device that signs in to this player" }],
        });
      }
      if (found.playerId === mine) await this.#move(environmentId, mine, [found.id], theirs, tx);
    }
    return { playerId: theirs, merged: undefined };
  }

  async #merge(environmentId: EnvironmentId, { mine, theirs }: Clash, { into, rules }: Choice, tx: Executor) {
    const { store, modules } = this.#deps;
    const merge = into === "theirs" ? { into: theirs, from: mine } : { into: mine, from: theirs };
    await modules.merge(environmentId, merge, modules.rulesOf(rules ?? {}), tx);
    const all = await store.list(environmentId, merge.from, tx);
    await this.#move(
      environmentId,
      merge.from,
      all.map(({ id }) => id),
      merge.into,
      tx,
    );
    await store.markMerged(environmentId, merge.from, merge.into, tx);
    return { playerId: merge.into, merged: merge.from };
  }

  async #move(environmentId: EnvironmentId, from: string, ids: readonly string[], to: string, tx: Executor) {
    const { store, modules } = this.#deps;
    const there = await store.list(environmentId, to, tx);
    if (there.length + ids.length > MAX_IDENTITIES) throw limit();
    await store.move(environmentId, ids, to, tx);
    const left = await store.list(environmentId, from, tx);
    await modules.unlinked(
      environmentId,
      from,
      left.map(({ provider }) => provider),
      tx,
    );
  }
}
