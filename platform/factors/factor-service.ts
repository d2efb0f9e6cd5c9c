// A player's own factors as one thing: listed, added and removed, with what follows from each for the others.
import { AppError } from "../../shared/schema/errors.ts";
import type {
  AddPasskeyRequest,
  EnvironmentId,
  Factors,
  Passkey,
  PasskeyAssertion,
  PasskeyOptions,
  RecoveryCodes,
  SignInResponse,
  TotpSetup,
} from "../../shared/schema/platform/index.ts";
import type { ChallengeService } from "./challenge-service.ts";
import type { CodesService } from "./codes-service.ts";
import type { HistoryStore } from "./history-store.ts";
import type { PasskeyService } from "./passkey-service.ts";
import type { PolicyService } from "./policy-service.ts";
import type { SessionBeginner, SignInContext } from "./ports.ts";
import type { SignInLockout } from "./sign-in-lockout.ts";
import type { StepUpService } from "./step-up-service.ts";

/** What `FactorService` needs. */
export interface FactorServiceDeps {
  readonly codes: CodesService;
  readonly passkeys: PasskeyService;
  readonly policies: PolicyService;
  readonly history: HistoryStore;
  readonly lockout: SignInLockout;
  readonly stepUp: StepUpService;
  readonly challenges: ChallengeService;
  readonly sessions: SessionBeginner;
}

/** Factors of players. Whoever calls has made sure that the session may change them. */
export class FactorService {
  readonly #deps: FactorServiceDeps;

  constructor(deps: FactorServiceDeps) {
    this.#deps = deps;
  }

  /** What the player has. */
  async list(environmentId: EnvironmentId, playerId: string): Promise<Factors> {
    const { codes, passkeys, stepUp } = this.#deps;
    const { totpSince, recoveryCodesLeft } = await codes.of(environmentId, playerId);
    return {
      ...(totpSince === undefined ? {} : { totp: { createdAt: totpSince.toISOString() } }),
      passkeys: await passkeys.of(environmentId, playerId),
      recoveryCodesLeft,
      methods: await stepUp.methodsOf(environmentId, playerId),
    };
  }

  /** Whether the player can sign in by a passkey alone: then no other way in is the last. */
  canSignInByPasskey(environmentId: EnvironmentId, playerId: string): Promise<boolean> {
    return this.#deps.passkeys.canSignIn(environmentId, playerId);
  }

  /** A new secret for an authenticator app. Throws `factor.exists`, `factor.not_offered`. */
  async beginTotp(environmentId: EnvironmentId, playerId: string): Promise<TotpSetup> {
    const { name } = await this.#deps.policies.relyingParty(environmentId);
    return this.#deps.codes.beginTotp(environmentId, playerId, name);
  }

  /** Puts the app into force. Throws `factor.wrong_code`, `factor.not_found`, `factor.exists`, `auth.locked`. */
  async confirmTotp(environmentId: EnvironmentId, playerId: string, code: string): Promise<RecoveryCodes> {
    const { lockout, codes } = this.#deps;
    await lockout.beforeFactor(environmentId, playerId, "setup");
    const recovery = await codes.confirmTotp(environmentId, playerId, code);
    await lockout.factorSucceeded(environmentId, playerId, "setup");
    return recovery;
  }

  /** Removes the app. What devices were trusted for is gone with it. Throws `factor.not_found`. */
  async removeTotp(environmentId: EnvironmentId, playerId: string): Promise<void> {
    const { codes, passkeys, history } = this.#deps;
    await codes.removeTotp(environmentId, playerId, await passkeys.canSignIn(environmentId, playerId));
    await history.distrustAll(environmentId, playerId);
  }

  /** New recovery codes. Throws `factor.not_found` when there is no factor that they could stand in for. */
  async replaceRecoveryCodes(environmentId: EnvironmentId, playerId: string): Promise<RecoveryCodes> {
    const { codes, passkeys } = this.#deps;
    const { totpSince } = await codes.of(environmentId, playerId);
    if (totpSince === undefined && !(await passkeys.canSignIn(environmentId, playerId))) {
      throw new AppError("factor.not_found", "Recovery codes stand in for a factor. Set up an app or a passkey first.");
    }
    return codes.replaceRecoveryCodes(environmentId, playerId);
  }

  /** Options for a new passkey. Throws `factor.limit`. */
  beginPasskey(environmentId: EnvironmentId, playerId: string): Promise<PasskeyOptions> {
    return this.#deps.passkeys.beginAdd(environmentId, playerId);
  }

  /** Adds a passkey. Throws `factor.wrong_passkey`, `factor.exists`, `factor.limit`. */
  addPasskey(environmentId: EnvironmentId, playerId: string, request: AddPasskeyRequest): Promise<Passkey> {
    return this.#deps.passkeys.finishAdd(environmentId, playerId, request);
  }

  /** Removes a passkey. Throws `factor.not_found`. */
  async removePasskey(environmentId: EnvironmentId, playerId: string, passkeyId: string): Promise<void> {
    await this.#deps.passkeys.remove(environmentId, playerId, passkeyId);
    await this.#deps.history.distrustAll(environmentId, playerId);
  }

  /** Options to sign in with any passkey of this game. */
  beginPasskeySignIn(environmentId: EnvironmentId): Promise<PasskeyOptions> {
    return this.#deps.passkeys.beginSignIn(environmentId);
  }

  /** Signs in whoever holds the passkey. Throws `factor.wrong_passkey`, and what beginning a session throws. */
  async signInByPasskey(
    environmentId: EnvironmentId,
    response: PasskeyAssertion,
    from: Omit<SignInContext, "provider" | "accountKey">,
  ): Promise<SignInResponse> {
    const playerId = await this.#deps.passkeys.finishSignIn(environmentId, response);
    const origin = { ...from, provider: "passkey" };
    await this.#deps.stepUp.assess(environmentId, playerId, origin);
    const started = await this.#deps.sessions.start(environmentId, playerId, origin);
    await this.#deps.challenges.elevate(environmentId, playerId, started);
    return started;
  }
}
