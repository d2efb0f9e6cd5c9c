// What a signed-in player does about its ways in: registers in place, unlinks, and decides when an identity is somebody else's.
import { AppError } from "../../shared/schema/errors.ts";
import type {
  EnvironmentId,
  LinkIdentityRequest,
  ResolveClashRequest,
  SignInResponse,
} from "../../shared/schema/platform/index.ts";
import type { PasswordService } from "../passwords/service.ts";
import type { ClashService } from "./clashes.ts";
import type { IdentityService } from "./identities.ts";
import type { StoredIdentity } from "./identity-store.ts";
import { type AccountService, EMAIL_PROVIDER } from "./service.ts";
import type { SessionStarter } from "./session-starter.ts";
import type { RequestOrigin, SignInService } from "./sign-in.ts";

/** What `Registration` needs. */
export interface RegistrationDeps {
  readonly accounts: AccountService;
  readonly signIn: SignInService;
  readonly identities: IdentityService;
  readonly clashes: ClashService;
  readonly passwords: PasswordService;
  readonly sessions: SessionStarter;
}

/** Who asks: a player, by one of its sessions. */
export interface Asking {
  readonly playerId: string;
  readonly sessionId: string;
}

/** Puts proofs, identities, passwords and sessions together. */
export class Registration {
  readonly #deps: RegistrationDeps;

  constructor(deps: RegistrationDeps) {
    this.#deps = deps;
  }

  /** The player's identities, and whether there is a password. */
  async list(environmentId: EnvironmentId, playerId: string) {
    const { identities, passwords } = this.#deps;
    const [all, hasPassword] = await Promise.all([
      identities.list(environmentId, playerId),
      passwords.has(environmentId, playerId),
    ]);
    return { identities: all, hasPassword };
  }

  /**
   * Links what the proof proves, and sets the password that came with an address. Throws `identity.clash` with its token
   * when the identity leads to somebody else; the password is then not set.
   */
  async link(
    environmentId: EnvironmentId,
    { playerId, sessionId }: Asking,
    { provider, proof, password }: LinkIdentityRequest,
    from: RequestOrigin,
  ): Promise<StoredIdentity> {
    const { accounts, signIn, identities, clashes, passwords } = this.#deps;
    // Before the proof is spent: a better password can be sent with the same one.
    if (password !== undefined) await passwords.assertGood(password, []);
    const verified = await signIn.prove(environmentId, provider, proof, from);
    if (password !== undefined) {
      if (verified.provider !== EMAIL_PROVIDER) throw strayPassword("is for the provider email-code alone; remove it");
      await passwords.assertGood(password, [verified.subject]);
      // Whoever holds a stolen token must not get around the current password by an address of their own.
      const isNew = (await accounts.playerOfEmail(environmentId, verified.subject)) !== playerId;
      if (isNew && (await passwords.has(environmentId, playerId))) {
        throw strayPassword("is set already; remove it, and change it by PUT /v1/player/me/password");
      }
    }
    const outcome = await identities.link(environmentId, playerId, verified);
    if (outcome.kind === "clash") {
      const { theirs, subjectHash } = outcome;
      throw await clashes.describe(environmentId, { mine: playerId, theirs, provider: verified.provider, subjectHash });
    }
    if (password !== undefined) {
      await passwords.set(environmentId, playerId, password, { exceptSessionId: sessionId });
    }
    return outcome.identity;
  }

  /** Takes an identity away. Throws as `IdentityService.unlink`. */
  unlink(environmentId: EnvironmentId, playerId: string, identityId: string): Promise<void> {
    return this.#deps.identities.unlink(environmentId, playerId, identityId);
  }

  /**
   * Carries out a choice, and answers a session of whoever the caller is from then on. Whoever would have to do more to sign
   * in as the other player has to do it here too: `auth.step_up_required`, and bans.
   */
  async resolve(
    environmentId: EnvironmentId,
    playerId: string,
    { token, ...choice }: ResolveClashRequest,
    from: RequestOrigin,
  ): Promise<SignInResponse> {
    const { signIn, clashes, sessions } = this.#deps;
    const device = { deviceName: choice.deviceName, deviceId: choice.deviceId };
    const clash = await clashes.read(environmentId, playerId, token);
    clashes.check(choice);
    await signIn.assess(environmentId, clash.theirs, clash.provider, device, from);
    const { playerId: now, merged } = await clashes.resolve(environmentId, clash, choice);
    if (merged !== undefined) await sessions.endAll(environmentId, merged, "account_closed");
    return signIn.start(environmentId, now, clash.provider, device, from);
  }
}

function strayPassword(message: string): AppError {
  return new AppError("request.invalid", "Correct and send again: password.", {
    errors: [{ field: "password", message }],
  });
}
