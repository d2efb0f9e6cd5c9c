// Challenges are answered here: a sign-in goes on, or a session may for a while change how its player is protected.
import { AppError } from "../../shared/schema/errors.ts";
import type {
  ChallengeAnswer,
  ChallengeCodeSent,
  ChallengeMethod,
  Elevation,
  EnvironmentId,
  PasskeyOptions,
  SignInResponse,
  StepUpChallenge,
} from "../../shared/schema/platform/index.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import { environmentKey } from "../environments/environment-key.ts";
import type { EphemeralStore } from "../ephemeral/store.ts";
import type { Metrics } from "../ops/metrics.ts";
import { ownEntry } from "./audited.ts";
import { CHALLENGE_MS, type ChallengeStore, type KeptChallenge, type OpenChallenge } from "./challenge-store.ts";
import { type CodesService, wrongCode } from "./codes-service.ts";
import type { PasskeyService } from "./passkey-service.ts";
import type { SessionBeginner, StepUpCodes } from "./ports.ts";
import type { SignInLockout } from "./sign-in-lockout.ts";
import { noChallenge, SECOND_FACTOR, type StepUpService } from "./step-up-service.ts";

/** How long a session stays elevated, in milliseconds. */
export const ELEVATION_MS = 600_000;

/** What `ChallengeService` needs. */
export interface ChallengeServiceDeps {
  readonly challenges: ChallengeStore;
  readonly stepUp: StepUpService;
  readonly lockout: SignInLockout;
  readonly codes: CodesService;
  readonly passkeys: PasskeyService;
  readonly mailedCodes: StepUpCodes;
  readonly sessions: SessionBeginner;
  readonly ephemeral: EphemeralStore;
  readonly audit: AuditLog;
  readonly metrics: Metrics;
}

/** Answers challenges. Every id that leads nowhere is `challenge.not_found`. */
export class ChallengeService {
  readonly #deps: ChallengeServiceDeps;

  constructor(deps: ChallengeServiceDeps) {
    this.#deps = deps;
  }

  /** Mails a code to the player's proven address. Throws `request.rate_limited` after `MAX_MAILED_CODES`. */
  async sendCode(environmentId: EnvironmentId, challengeId: string): Promise<ChallengeCodeSent> {
    const { challenges, mailedCodes } = this.#deps;
    const found = await this.#find(environmentId, challengeId, "email-code");
    if (!(await challenges.countCode(environmentId, challengeId))) {
      throw new AppError("request.rate_limited", "No more codes are mailed for this challenge. Sign in again.", {
        retryAfterSeconds: CHALLENGE_MS / 1_000,
      });
    }
    const { playerId } = found.challenge;
    const address = await mailedCodes.addressOf(environmentId, playerId);
    if (address === undefined) throw noChallenge();
    const { codeId, expiresIn, codeLength } = await mailedCodes.issue(environmentId, playerId, address);
    if (!(await challenges.change(environmentId, challengeId, found, { codeId }))) throw noChallenge();
    return { expiresIn, codeLength };
  }

  /** What a browser needs to answer with one of the player's passkeys. */
  async beginPasskey(environmentId: EnvironmentId, challengeId: string): Promise<PasskeyOptions> {
    const { challenge } = await this.#find(environmentId, challengeId, "passkey");
    return this.#deps.passkeys.beginProof(environmentId, challenge.playerId);
  }

  /**
   * Goes on with a sign-in. Throws `factor.wrong_code`, `factor.wrong_passkey`, `auth.locked`, and what beginning a session
   * throws, such as `account.banned`.
   */
  async answerSignIn(
    environmentId: EnvironmentId,
    challengeId: string,
    answer: ChallengeAnswer,
  ): Promise<SignInResponse> {
    const { challenge, purpose } = await this.#answer(environmentId, challengeId, answer, "sign-in");
    const { stepUp, sessions } = this.#deps;
    const isTrusted = answer.rememberDevice === true;
    const isUnusual = purpose.reasons.some((reason) => reason !== SECOND_FACTOR);
    await stepUp.complete(environmentId, challenge.playerId, purpose.context, { isUnusual, isTrusted });
    const { accountKey: _, ...origin } = purpose.context;
    const started = await sessions.start(environmentId, challenge.playerId, origin);
    await this.elevate(environmentId, challenge.playerId, started);
    return started;
  }

  /** Elevates a session that began with a strong proof just now: to ask for another at once would show nothing new. */
  async elevate(environmentId: EnvironmentId, playerId: string, started: SignInResponse): Promise<void> {
    const { sessionId } = started as { sessionId?: string };
    if (sessionId !== undefined) await this.#elevate(environmentId, playerId, sessionId);
  }

  /**
   * Begins to elevate a session. Undefined when the player has nothing to answer with: then their access token is all that
   * there is, and it is enough.
   */
  async beginElevation(
    environmentId: EnvironmentId,
    playerId: string,
    sessionId: string,
  ): Promise<StepUpChallenge | undefined> {
    const methods = await this.#deps.stepUp.methodsOf(environmentId, playerId);
    if (methods.length === 0) return undefined;
    const purpose = { kind: "elevation", sessionId } as const;
    const challengeId = await this.#deps.challenges.open(environmentId, { playerId, methods, purpose });
    return { challengeId, methods, expiresIn: CHALLENGE_MS / 1_000 };
  }

  /** Elevates the session that the challenge was opened for. */
  async answerElevation(
    environmentId: EnvironmentId,
    who: { readonly playerId: string; readonly sessionId: string },
    challengeId: string,
    answer: ChallengeAnswer,
  ): Promise<Elevation> {
    const found = await this.#deps.challenges.find(environmentId, challengeId);
    const purpose = found?.challenge.purpose;
    // Before the answer is counted or a code used up: another's challenge is none of this player's business.
    const isOwn = found?.challenge.playerId === who.playerId && purpose?.kind === "elevation";
    if (!isOwn || purpose.sessionId !== who.sessionId) throw noChallenge();
    await this.#answer(environmentId, challengeId, answer, "elevation");
    await this.#elevate(environmentId, who.playerId, who.sessionId);
    await this.#deps.audit.record(ownEntry(environmentId, who.playerId, "session.elevated", { method: answer.method }));
    return { expiresIn: ELEVATION_MS / 1_000 };
  }

  /**
   * Makes sure that a session may change how its player is protected: it was elevated lately, or there is nothing to
   * elevate it with. With `second-factor` a code by mail does not count as something. Throws `auth.elevation_required`.
   */
  async requireElevation(
    environmentId: EnvironmentId,
    playerId: string,
    sessionId: string,
    proofs: "any" | "second-factor" = "any",
  ): Promise<void> {
    if ((await this.#deps.ephemeral.get(elevationKey(environmentId, sessionId))) === playerId) return;
    const { stepUp } = this.#deps;
    const hasProof =
      proofs === "any"
        ? (await stepUp.methodsOf(environmentId, playerId)).length > 0
        : await stepUp.hasSecondFactor(environmentId, playerId);
    if (!hasProof) return;
    throw new AppError(
      "auth.elevation_required",
      "Begin with POST /v1/player/me/step-up, answer it, and send this again.",
    );
  }

  async #elevate(environmentId: EnvironmentId, playerId: string, sessionId: string): Promise<void> {
    await this.#deps.ephemeral.set(elevationKey(environmentId, sessionId), playerId, ELEVATION_MS);
  }

  async #find(environmentId: EnvironmentId, challengeId: string, method: ChallengeMethod): Promise<KeptChallenge> {
    const found = await this.#deps.challenges.find(environmentId, challengeId);
    if (found === undefined) throw noChallenge();
    if (found.challenge.methods.includes(method)) return found;
    const message = `must be one of ${found.challenge.methods.join(", ")} for this challenge`;
    throw new AppError("request.invalid", `Correct and send again: method ${message}.`, {
      errors: [{ field: "method", message }],
    });
  }

  /** Checks an answer and closes the challenge, which gives it to exactly one caller. */
  async #answer<Kind extends OpenChallenge["purpose"]["kind"]>(
    environmentId: EnvironmentId,
    challengeId: string,
    answer: ChallengeAnswer,
    kind: Kind,
  ) {
    const { challenges, metrics, audit } = this.#deps;
    const found = await this.#find(environmentId, challengeId, answer.method);
    const { playerId, purpose } = found.challenge;
    if (purpose.kind !== kind) throw noChallenge();
    if (!(await challenges.countAnswer(environmentId, challengeId))) {
      if (await challenges.close(environmentId, challengeId, found)) {
        await audit.record(ownEntry(environmentId, playerId, "challenge.exhausted"));
      }
      throw noChallenge();
    }
    try {
      await this.#check(environmentId, found.challenge, answer);
    } catch (error) {
      metrics.challenges.inc({ event: "failed" });
      throw error;
    }
    if (!(await challenges.close(environmentId, challengeId, found))) throw noChallenge();
    metrics.challenges.inc({ event: "answered" });
    await audit.record(ownEntry(environmentId, playerId, "challenge.answered", { method: answer.method }));
    return { challenge: found.challenge, purpose: purpose as Extract<OpenChallenge["purpose"], { kind: Kind }> };
  }

  async #check(environmentId: EnvironmentId, challenge: OpenChallenge, answer: ChallengeAnswer): Promise<void> {
    const { lockout, passkeys, stepUp } = this.#deps;
    const { playerId, purpose } = challenge;
    // A signature cannot be guessed, so nobody is slowed down: a lock by strangers does not concern a passkey.
    if (answer.method === "passkey") return passkeys.finishProof(environmentId, playerId, answer.response);
    // Whoever asks from within a session has a budget of that session: strangers at the door do not use it up.
    const device =
      purpose.kind === "sign-in"
        ? await stepUp.knownDevice(environmentId, playerId, purpose.context)
        : `session:${purpose.sessionId}`;
    await lockout.beforeFactor(environmentId, playerId, device);
    if (!(await this.#isRight(environmentId, challenge, answer.method, answer.code))) throw wrongCode();
    await lockout.factorSucceeded(environmentId, playerId, device);
  }

  #isRight(
    environmentId: EnvironmentId,
    { playerId, codeId }: OpenChallenge,
    method: Exclude<ChallengeMethod, "passkey">,
    code: string,
  ): Promise<boolean> {
    const { codes, mailedCodes } = this.#deps;
    if (method === "totp") return codes.checkTotp(environmentId, playerId, code);
    if (method === "recovery-code") return codes.checkRecoveryCode(environmentId, playerId, code);
    if (codeId === undefined) return Promise.resolve(false);
    return mailedCodes.redeem(environmentId, playerId, codeId, code);
  }
}

function elevationKey(environmentId: EnvironmentId, sessionId: string): string {
  return environmentKey(environmentId, `elevated:${sessionId}`);
}
