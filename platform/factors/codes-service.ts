// Authenticator apps and recovery codes of players: set up, checked, used up, taken away.
import { AppError } from "../../shared/schema/errors.ts";
import type { EnvironmentId, RecoveryCodes, TotpSetup } from "../../shared/schema/platform/index.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Executor } from "../db/database.ts";
import { environmentKey } from "../environments/environment-key.ts";
import type { EphemeralStore } from "../ephemeral/store.ts";
import { ownEntry } from "./audited.ts";
import type { FactorStore } from "./factor-store.ts";
import type { FactorNotices, PlayerLabels } from "./ports.ts";
import { newRecoveryCodes, recoveryCodeHash } from "./recovery-codes.ts";
import type { SecretBox } from "./secret-box.ts";
import { newTotpSecret, totpSealContext, totpStepOf, totpUri } from "./totp.ts";

/** How long a new secret waits for the code that confirms it, in milliseconds. */
export const TOTP_SETUP_MS = 600_000;

/** What `CodesService` needs. Without `box` no authenticator apps are offered. `now` is milliseconds since 1970. */
export interface CodesServiceDeps {
  readonly store: FactorStore;
  readonly ephemeral: EphemeralStore;
  readonly box: SecretBox | undefined;
  readonly audit: AuditLog;
  readonly notices: FactorNotices;
  readonly labels: PlayerLabels;
  readonly now?: () => number;
}

/** What a player has of codes. */
export interface CodeFactors {
  readonly totpSince: Date | undefined;
  readonly recoveryCodesLeft: number;
}

/** Codes as second factors. Who may change them is asked before: here everything is allowed. */
export class CodesService {
  readonly #deps: CodesServiceDeps;
  readonly #now: () => number;

  constructor(deps: CodesServiceDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
  }

  /** What the player has. */
  async of(environmentId: EnvironmentId, playerId: string): Promise<CodeFactors> {
    const totp = await this.#deps.store.totp(environmentId, playerId);
    const recoveryCodesLeft = await this.#deps.store.codesLeft(environmentId, playerId);
    return { totpSince: totp?.createdAt, recoveryCodesLeft };
  }

  /** Whether the player has an authenticator app. */
  async hasTotp(environmentId: EnvironmentId, playerId: string): Promise<boolean> {
    return (await this.#deps.store.totp(environmentId, playerId)) !== undefined;
  }

  /** A new secret, which is in force once `confirmTotp` has seen a code of it. Throws `factor.exists`, `factor.not_offered`. */
  async beginTotp(environmentId: EnvironmentId, playerId: string, issuer: string): Promise<TotpSetup> {
    const box = this.#box();
    if ((await this.#deps.store.totp(environmentId, playerId)) !== undefined) throw totpExists();
    const secret = newTotpSecret();
    const sealed = box.seal(secret, totpSealContext(environmentId, playerId));
    await this.#deps.ephemeral.set(setupKey(environmentId, playerId), sealed, TOTP_SETUP_MS);
    const label = await this.#deps.labels.labelOf(environmentId, playerId);
    return { secret, uri: totpUri(secret, issuer, label), expiresIn: TOTP_SETUP_MS / 1_000 };
  }

  /**
   * Puts the secret into force, and gives the recovery codes, this once. Throws `factor.wrong_code`, and
   * `factor.not_found` when there is nothing to confirm.
   */
  async confirmTotp(environmentId: EnvironmentId, playerId: string, code: string): Promise<RecoveryCodes> {
    const key = setupKey(environmentId, playerId);
    const sealed = await this.#deps.ephemeral.get(key);
    if (sealed === undefined) {
      throw new AppError("factor.not_found", "There is no secret to confirm, or it is too old. Begin again.");
    }
    const secret = this.#box().open(sealed, totpSealContext(environmentId, playerId));
    const step = totpStepOf(secret, code, this.#now());
    if (step === undefined) throw wrongCode();
    const codes = newRecoveryCodes();
    const totp = { sealedSecret: sealed, lastStep: step };
    const isAdded = await this.#deps.store.addTotp(environmentId, playerId, totp, async (tx) => {
      await this.#writeCodes(environmentId, playerId, codes, tx);
      await this.#deps.audit.record(ownEntry(environmentId, playerId, "totp.added"), tx);
    });
    await this.#deps.ephemeral.compareAndDelete(key, sealed);
    if (!isAdded) throw totpExists();
    await this.#deps.notices.tell(environmentId, playerId, "factor-added", { factor: "totp" });
    return { codes };
  }

  /** Takes the app away, and the recovery codes too when nothing is left that they could replace. Throws `factor.not_found`. */
  async removeTotp(environmentId: EnvironmentId, playerId: string, hasOtherFactor: boolean): Promise<void> {
    const isRemoved = await this.#deps.store.removeTotp(environmentId, playerId, !hasOtherFactor, (tx) =>
      this.#deps.audit.record(ownEntry(environmentId, playerId, "totp.removed"), tx),
    );
    if (!isRemoved) throw new AppError("factor.not_found", "There is no authenticator app to remove.");
    await this.#deps.notices.tell(environmentId, playerId, "factor-removed", { factor: "totp" });
  }

  /** New recovery codes, in place of all earlier ones. */
  async replaceRecoveryCodes(environmentId: EnvironmentId, playerId: string): Promise<RecoveryCodes> {
    const codes = newRecoveryCodes();
    await this.#deps.store.replaceCodes(environmentId, playerId, hashesOf(codes), (tx) =>
      this.#deps.audit.record(ownEntry(environmentId, playerId, "recovery_codes.replaced"), tx),
    );
    return { codes };
  }

  /** Uses up a code of the player's app: good once, and none older than the last that was used. */
  async checkTotp(environmentId: EnvironmentId, playerId: string, code: string): Promise<boolean> {
    const totp = await this.#deps.store.totp(environmentId, playerId);
    if (totp === undefined) return false;
    const box = this.#box();
    const context = totpSealContext(environmentId, playerId);
    const secret = box.open(totp.sealedSecret, context);
    const step = totpStepOf(secret, code, this.#now());
    if (step === undefined || !(await this.#deps.store.useStep(environmentId, playerId, step))) return false;
    if (!box.isCurrent(totp.sealedSecret)) {
      await this.#deps.store.reseal(environmentId, playerId, totp.sealedSecret, box.seal(secret, context));
    }
    return true;
  }

  /** Uses up a recovery code, and tells the player. */
  async checkRecoveryCode(environmentId: EnvironmentId, playerId: string, typed: string): Promise<boolean> {
    const hash = recoveryCodeHash(typed);
    if (hash === undefined) return false;
    const { store, audit, notices } = this.#deps;
    if (!(await store.useCode(environmentId, playerId, hash, new Date(this.#now())))) return false;
    const codesLeft = await store.codesLeft(environmentId, playerId);
    await audit.record(ownEntry(environmentId, playerId, "recovery_code.used", { codesLeft }));
    await notices.tell(environmentId, playerId, "recovery-code-used", { codesLeft });
    return true;
  }

  #writeCodes(environmentId: EnvironmentId, playerId: string, codes: readonly string[], tx: Executor): Promise<void> {
    return this.#deps.store.writeCodes(environmentId, playerId, hashesOf(codes), tx);
  }

  #box(): SecretBox {
    if (this.#deps.box !== undefined) return this.#deps.box;
    throw new AppError(
      "factor.not_offered",
      "Authenticator apps need a FACTORS_KEY, which this platform does not have.",
    );
  }
}

/** The one answer to a code that is not right, for whatever reason. */
export function wrongCode(): AppError {
  return new AppError("factor.wrong_code", "The code is wrong, too old or already used. Take a new one.");
}

function totpExists(): AppError {
  return new AppError("factor.exists", "There is an authenticator app already. Remove it before you set up another.");
}

function setupKey(environmentId: EnvironmentId, playerId: string): string {
  return environmentKey(environmentId, `totp-setup:${playerId}`);
}

function hashesOf(codes: readonly string[]): string[] {
  return codes.map((code) => recoveryCodeHash(code)!);
}
