// Signing in, whichever way: a proof is checked, the player found or made, more asked for if it must be, and a session begun.
import { createHash } from "node:crypto";
import { AppError } from "../../shared/schema/errors.ts";
import type { EnvironmentId, LoginRequest, SignInResponse } from "../../shared/schema/platform/index.ts";
import { emailSubject } from "../passwords/email-address.ts";
import type { AccountService, SignedInPlayer } from "./service.ts";
import type { BanCheck, SessionStarter } from "./session-starter.ts";
import type { SignInAttempt, SignInGuard } from "./sign-in-guard.ts";
import type { StepUp } from "./step-up.ts";
import type { VerifiedIdentity, Verifier } from "./verifiers/verifier.ts";

/** The way in whose proofs only work for accounts that exist: a password makes no player. */
export const PASSWORD_WAY = "password";

/** The ways in of each environment. */
export interface VerifierDirectory {
  /** The way in of this name, or undefined where the environment has none. */
  find(environmentId: EnvironmentId, provider: string): Promise<Verifier | undefined>;
}

/** What `SignInService` needs. `now` is the clock in milliseconds since 1970. */
export interface SignInServiceDeps {
  readonly accounts: AccountService;
  readonly verifiers: VerifierDirectory;
  readonly guard: SignInGuard;
  readonly stepUp: StepUp;
  readonly sessions: SessionStarter;
  readonly bans: BanCheck;
  readonly now?: () => number;
}

/** Where a request comes from. */
export interface RequestOrigin {
  readonly address: string;
  readonly userAgent?: string;
}

/** A request to sign in, of the parts that do not depend on its proof. */
export type Device = Pick<LoginRequest, "deviceName" | "deviceId">;

/** Ways in by what somebody types: only these can be guessed at. */
const GUESSABLE_WAYS: ReadonlySet<string> = new Set([PASSWORD_WAY, "email-code"]);

/** Turns proofs into sessions. */
export class SignInService {
  readonly #deps: SignInServiceDeps;
  readonly #now: () => number;

  constructor(deps: SignInServiceDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
  }

  /**
   * Signs in. Throws `auth.unknown_provider`, what the verifier, the guard and the bans throw, and `auth.step_up_required`
   * with its `challenge` when the proof is good and not enough.
   */
  async signIn(environmentId: EnvironmentId, request: LoginRequest, from: RequestOrigin): Promise<SignInResponse> {
    const { provider, proof } = request;
    const device = deviceOf(request);
    await this.#deps.bans.check(environmentId, { address: from.address, ...idOf(device) });
    const attempt: SignInAttempt = {
      accountKey: accountKeyOf(provider, proof),
      address: from.address,
      isGuessable: GUESSABLE_WAYS.has(provider),
      ...idOf(device),
    };
    const verified = await this.#proven(environmentId, provider, proof, attempt);
    const player = await this.#playerOf(environmentId, provider, verified);
    if (player === undefined) {
      await this.#deps.guard.failed(environmentId, attempt);
      throw wrongCredentials();
    }
    return this.#begin(environmentId, player.id, provider, device, from, attempt);
  }

  /** Who a proof proves somebody to be, for a player who is signed in already. The guard counts these attempts as well. */
  async prove(environmentId: EnvironmentId, provider: string, proof: unknown, from: RequestOrigin) {
    const isGuessable = GUESSABLE_WAYS.has(provider);
    const attempt = { accountKey: accountKeyOf(provider, proof), address: from.address, isGuessable };
    const verified = await this.#proven(environmentId, provider, proof, attempt);
    await this.#deps.guard.succeeded(environmentId, attempt);
    return verified;
  }

  /** Makes sure that whoever has proven an identity of this player may act as it. Throws `auth.step_up_required` and bans. */
  async assess(
    environmentId: EnvironmentId,
    playerId: string,
    provider: string,
    device: Device,
    from: RequestOrigin,
  ): Promise<void> {
    await this.#deps.bans.check(environmentId, { playerId, address: from.address, ...idOf(device) });
    const challenge = await this.#deps.stepUp.assess(environmentId, playerId, {
      provider,
      ...from,
      ...defined(device),
    });
    if (challenge === undefined) return;
    throw new AppError("auth.step_up_required", "Answer the challenge to sign in.", { members: { challenge } });
  }

  /** Begins a session of a player who was assessed. */
  start(environmentId: EnvironmentId, playerId: string, provider: string, device: Device, from: RequestOrigin) {
    return this.#deps.sessions.start(environmentId, playerId, { provider, ...from, ...defined(device) });
  }

  async #begin(
    environmentId: EnvironmentId,
    playerId: string,
    provider: string,
    device: Device,
    from: RequestOrigin,
    attempt: SignInAttempt,
  ): Promise<SignInResponse> {
    const { stepUp, guard, sessions } = this.#deps;
    const origin = { provider, ...from, ...defined(device) };
    const context = { ...origin, accountKey: attempt.accountKey };
    const challenge = await stepUp.assess(environmentId, playerId, context);
    await guard.succeeded(environmentId, attempt);
    if (challenge === undefined) return sessions.start(environmentId, playerId, origin);
    throw new AppError("auth.step_up_required", "Answer the challenge to sign in.", { members: { challenge } });
  }

  async #proven(
    environmentId: EnvironmentId,
    provider: string,
    proof: unknown,
    attempt: SignInAttempt,
  ): Promise<VerifiedIdentity> {
    const { verifiers, guard } = this.#deps;
    const verifier = await verifiers.find(environmentId, provider);
    if (verifier === undefined) {
      throw new AppError("auth.unknown_provider", "This environment has no such provider. Sign in by another one.");
    }
    await guard.before(environmentId, attempt);
    try {
      return await verifier.verify(proof, { environmentId, nowMs: this.#now() });
    } catch (error) {
      if (error instanceof AppError && error.status < 500) await guard.failed(environmentId, attempt);
      throw error;
    }
  }

  #playerOf(
    environmentId: EnvironmentId,
    provider: string,
    verified: VerifiedIdentity,
  ): Promise<SignedInPlayer | undefined> {
    const { accounts } = this.#deps;
    return provider === PASSWORD_WAY
      ? accounts.signInKnown(environmentId, verified)
      : accounts.signIn(environmentId, verified);
  }
}

/** The one answer to an unknown address, an address without a password, and a wrong password. */
export function wrongCredentials(): AppError {
  return new AppError("auth.wrong_credentials", "The address and the password do not go together.");
}

/**
 * Which account a proof means, as a hash, before the proof is checked: for an address the same in all its spellings, for a
 * code that was mailed the same for every guess at it, and for other ways in the same for the same proof.
 */
export function accountKeyOf(provider: string, proof: unknown): string {
  const { email, codeId } = Object(proof) as { email?: unknown; codeId?: unknown };
  if (typeof email === "string") return `email:${sha256(emailSubject(email))}`;
  return `${provider}:${sha256(typeof codeId === "string" ? codeId : JSON.stringify(proof))}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function deviceOf({ provider, proof, deviceName, deviceId }: LoginRequest): Device {
  const ofGuest = provider === "guest" && typeof proof["deviceId"] === "string" ? proof["deviceId"] : undefined;
  return { deviceName, deviceId: deviceId ?? ofGuest };
}

function idOf({ deviceId }: Device): { deviceId?: string } {
  return deviceId === undefined ? {} : { deviceId };
}

function defined({ deviceName, deviceId }: Device): { deviceName?: string; deviceId?: string } {
  return { ...(deviceName === undefined ? {} : { deviceName }), ...idOf({ deviceId }) };
}
