// Passwords of players: which are good enough, whose they are, and how they change.
import { AppError } from "../../shared/schema/errors.ts";
import {
  type ChangePasswordRequest,
  type EnvironmentId,
  PASSWORD_LENGTH,
  PasswordProof,
} from "../../shared/schema/platform/index.ts";
import { type AccountService, EMAIL_PROVIDER, emailIdentity } from "../accounts/service.ts";
import type { AccountNotices, SessionStarter } from "../accounts/session-starter.ts";
import { accountKeyOf, PASSWORD_WAY, wrongCredentials } from "../accounts/sign-in.ts";
import type { SignInGuard } from "../accounts/sign-in-guard.ts";
import type { VerifiedIdentity } from "../accounts/verifiers/verifier.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Executor } from "../db/database.ts";
import { invalidRequest } from "../errors.ts";
import type { Log } from "../ops/log.ts";
import type { BreachedPasswords } from "./breached-passwords.ts";
import type { PasswordHasher } from "./hasher.ts";
import type { PasswordStore } from "./store.ts";
import { MIN_SCORE, type StrengthMeter } from "./strength.ts";

/** What `PasswordService` needs. */
export interface PasswordServiceDeps {
  readonly store: PasswordStore;
  readonly accounts: Pick<AccountService, "player" | "playerOfEmail" | "emailOf" | "lock">;
  readonly hasher: PasswordHasher;
  readonly meter: Pick<StrengthMeter, "measure">;
  readonly breached: BreachedPasswords;
  readonly guard: SignInGuard;
  readonly sessions: Pick<SessionStarter, "endAll">;
  readonly notices: AccountNotices;
  readonly audit: AuditLog;
  readonly log: Log;
}

/** Checks, sets and changes passwords. What it is given is never logged, and never stored but as a hash. */
export class PasswordService {
  readonly #deps: PasswordServiceDeps;

  constructor(deps: PasswordServiceDeps) {
    this.#deps = deps;
  }

  /**
   * Whom an address and a password prove somebody to be. Throws `auth.wrong_credentials`, which says the same and takes as
   * long whether the address is unknown, has no password, or has another one.
   */
  async verify(environmentId: EnvironmentId, proof: unknown): Promise<VerifiedIdentity> {
    const { store, accounts, hasher } = this.#deps;
    const given = PasswordProof.safeParse(proof);
    if (!given.success) throw invalidRequest(given.error, "proof");
    const { email, password } = given.data;
    const playerId = (await accounts.playerOfEmail(environmentId, email)) ?? NOBODY;
    const stored = await store.find(environmentId, playerId);
    if (!(await hasher.verify(stored, password)) || stored === undefined) throw wrongCredentials();
    if (hasher.isOutdated(stored)) {
      await store.replace(environmentId, playerId, { from: stored, to: await hasher.hash(password) }, undefined);
    }
    return emailIdentity(email);
  }

  /** Whether the player has a password. */
  async has(environmentId: EnvironmentId, playerId: string): Promise<boolean> {
    return (await this.#deps.store.find(environmentId, playerId)) !== undefined;
  }

  /**
   * Throws `password.weak` for what is too short, too long or easy to guess by somebody who knows `about`, and
   * `password.breached` for what is on a list of stolen passwords. A list that cannot be asked lets every password pass.
   */
  async assertGood(password: string, about: readonly string[]): Promise<void> {
    const { meter, breached, log } = this.#deps;
    const length = [...password].length;
    if (length < PASSWORD_LENGTH.min || length > PASSWORD_LENGTH.max) {
      throw weak(`must have ${PASSWORD_LENGTH.min} to ${PASSWORD_LENGTH.max} characters`);
    }
    if ((await meter.measure(password, about.flatMap(wordsOf))) < MIN_SCORE) {
      throw weak("is easy to guess; use several unrelated words, or more characters");
    }
    const isBreached = await breached.contains(password).catch((error: unknown) => {
      log.warn({ event: "passwords.breach_list_unavailable", err: error });
      return false;
    });
    if (isBreached) {
      throw new AppError("password.breached", "This password is on a list of stolen ones. Choose another one.", {
        errors: [{ field: "password", message: "is on a list of stolen passwords; choose another one" }],
      });
    }
  }

  /** Sets the password of a player whose address was just proven, and ends every session but `exceptSessionId`. Throws as `assertGood`. */
  async set(
    environmentId: EnvironmentId,
    playerId: string,
    password: string,
    options: { exceptSessionId?: string } = {},
  ): Promise<void> {
    await this.assertGood(password, await this.#about(environmentId, playerId));
    const hash = await this.#deps.hasher.hash(password);
    await this.#deps.store.transaction(async (tx) => {
      // Somebody may have unlinked the address or merged the player while the hash was made.
      if (!canUsePassword(await this.#deps.accounts.lock(environmentId, playerId, tx))) {
        throw new AppError("service.unavailable", "The account is being changed. Try again.");
      }
      await this.#deps.store.set(environmentId, playerId, hash, new Date(), tx);
      await this.#record(environmentId, playerId, "password.set", tx);
    });
    await this.#tell(environmentId, playerId, options);
  }

  /** Sets a forgotten password, after the address was proven. Ends every session. Throws as `assertGood`, before it changes anything. */
  reset(environmentId: EnvironmentId, playerId: string, newPassword: string): Promise<void> {
    return this.set(environmentId, playerId, newPassword);
  }

  /**
   * Changes the password of a player who knows the current one; ends every other session. Guesses are counted as those at
   * sign-in are. Throws `auth.wrong_credentials` for a wrong one or none, and as `assertGood`.
   */
  async change(
    environmentId: EnvironmentId,
    playerId: string,
    { currentPassword, newPassword }: ChangePasswordRequest,
    from: { readonly sessionId: string; readonly address: string },
  ): Promise<void> {
    const { store, hasher, accounts, guard } = this.#deps;
    const email = await accounts.emailOf(environmentId, playerId);
    const attempt = { accountKey: accountKeyOf(PASSWORD_WAY, { email: email ?? playerId }), address: from.address };
    await guard.before(environmentId, attempt);
    const stored = await store.find(environmentId, playerId);
    if (!(await hasher.verify(stored, currentPassword)) || stored === undefined) {
      await guard.failed(environmentId, attempt);
      throw wrongCredentials();
    }
    await guard.succeeded(environmentId, attempt);
    await this.assertGood(newPassword, await this.#about(environmentId, playerId));
    const to = await hasher.hash(newPassword);
    await store.transaction(async (tx) => {
      await accounts.lock(environmentId, playerId, tx);
      // Two changes at one time: the one that comes second does not know the current password any more.
      if (!(await store.replace(environmentId, playerId, { from: stored, to }, new Date(), tx)))
        throw wrongCredentials();
      await this.#record(environmentId, playerId, "password.changed", tx);
    });
    await this.#tell(environmentId, playerId, { exceptSessionId: from.sessionId });
  }

  async #about(environmentId: EnvironmentId, playerId: string): Promise<string[]> {
    const { accounts } = this.#deps;
    const [{ displayName }, email] = await Promise.all([
      accounts.player(environmentId, playerId),
      accounts.emailOf(environmentId, playerId),
    ]);
    return email === undefined ? [displayName] : [displayName, email];
  }

  async #tell(environmentId: EnvironmentId, playerId: string, options: { exceptSessionId?: string }): Promise<void> {
    const { sessions, notices } = this.#deps;
    await sessions.endAll(environmentId, playerId, "credentials_changed", options);
    await notices.tell(environmentId, playerId, "password-changed", {});
  }

  #record(environmentId: EnvironmentId, playerId: string, action: string, tx: Executor): Promise<void> {
    const actor = { kind: "player", id: playerId } as const;
    return this.#deps.audit.record({ environmentId, actor, action, subject: `player/${playerId}` }, tx);
  }
}

/** A player's id that no player has. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

/** The whole and its parts: neither a name nor a piece of an address makes a password harder. */
function wordsOf(text: string): string[] {
  return [text, ...text.split(/[^\p{L}\p{N}]+/u)].filter((word) => word.length > 2);
}

function weak(message: string): AppError {
  return new AppError("password.weak", `The password ${message}.`, { errors: [{ field: "password", message }] });
}

/** Whether a player with these providers left can still use a password. */
export function canUsePassword(left: readonly string[]): boolean {
  return left.includes(EMAIL_PROVIDER);
}
