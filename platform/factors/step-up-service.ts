// Decides whether one proof is enough for a sign-in, and asks for another where it is not.
import { AppError } from "../../shared/schema/errors.ts";
import type {
  ChallengeMethod,
  EnvironmentId,
  FactorPolicy,
  StepUpChallenge,
} from "../../shared/schema/platform/index.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Metrics } from "../ops/metrics.ts";
import { anomaliesOf } from "./anomaly-rules.ts";
import { ownEntry } from "./audited.ts";
import { CHALLENGE_MS, type ChallengeStore } from "./challenge-store.ts";
import type { CodesService } from "./codes-service.ts";
import type { CountryFinder } from "./country-finder.ts";
import type { History, HistoryStore } from "./history-store.ts";
import type { PasskeyService } from "./passkey-service.ts";
import type { PolicyService } from "./policy-service.ts";
import type { FactorNotices, SignInContext, StepUpCodes } from "./ports.ts";
import { accountHash, deviceHash, roughDeviceHash, type SignInLockout } from "./sign-in-lockout.ts";

/** How long a device that was asked to be remembered is not asked for a second factor: 30 days, in milliseconds. */
export const TRUST_MS = 30 * 86_400_000;

/** The reason of a challenge that only asks for the second factor a player has. */
export const SECOND_FACTOR = "second_factor";

/** The way in by nothing but a device. */
const GUEST = "guest";

/** Ways in that show a second factor by themselves: a passkey is held, and it has checked who holds it. */
const STRONG_PROVIDERS: readonly string[] = ["passkey"];

/** Ways in that prove the mailbox: a code by mail would prove nothing new. */
const MAIL_PROVIDERS: readonly string[] = ["email", "email-code"];

/** What `StepUpService` needs. `now` is milliseconds since 1970. */
export interface StepUpServiceDeps {
  readonly policies: PolicyService;
  readonly history: HistoryStore;
  readonly challenges: ChallengeStore;
  readonly lockout: SignInLockout;
  readonly codes: CodesService;
  readonly passkeys: PasskeyService;
  readonly mailedCodes: StepUpCodes;
  readonly countries: CountryFinder;
  readonly notices: FactorNotices;
  readonly audit: AuditLog;
  readonly metrics: Metrics;
  readonly now?: () => number;
}

/** Judges sign-ins. */
export class StepUpService {
  readonly #deps: StepUpServiceDeps;
  readonly #now: () => number;

  constructor(deps: StepUpServiceDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
  }

  /**
   * What must be answered before this player, whose first proof was good, gets a session; undefined when that was enough.
   * Then the sign-in is taken as complete, and its device and country are remembered: so it is asked once, last. Where
   * something is odd and the player has nothing to answer with, they get in and are told: nobody is shut out in silence.
   */
  async assess(
    environmentId: EnvironmentId,
    playerId: string,
    context: SignInContext,
  ): Promise<StepUpChallenge | undefined> {
    const { policies, history } = this.#deps;
    if (STRONG_PROVIDERS.includes(context.provider)) {
      await this.complete(environmentId, playerId, context, {});
      return undefined;
    }
    const methods = await this.methodsOf(environmentId, playerId, context.provider);
    // A guest with nothing else is the device: there is nothing to compare, and nothing to ask for.
    if (methods.length === 0 && context.provider === GUEST) return undefined;
    const now = new Date(this.#now());
    const past = await history.of(environmentId, playerId, deviceOf(context), now);
    const reasons = await this.#reasons(environmentId, await policies.read(environmentId), past, methods, context);
    if (reasons.length > 0 && methods.length > 0)
      return this.#challenge(environmentId, playerId, context, methods, reasons);
    if (reasons.length > 0) {
      this.#deps.metrics.challenges.inc({ event: "impossible" });
      await this.#deps.audit.record(ownEntry(environmentId, playerId, "sign_in.unusual", { reasons }));
    }
    await this.complete(environmentId, playerId, context, { isUnusual: reasons.length > 0 });
    return undefined;
  }

  /**
   * How this player can answer a challenge now. Who has a second factor answers with that: a code by mail in its place
   * would make it worth no more than the mailbox.
   */
  async methodsOf(environmentId: EnvironmentId, playerId: string, provider?: string): Promise<ChallengeMethod[]> {
    const { codes, passkeys, mailedCodes } = this.#deps;
    const methods: ChallengeMethod[] = [];
    if (await codes.hasTotp(environmentId, playerId)) methods.push("totp");
    if (await passkeys.canSignIn(environmentId, playerId)) methods.push("passkey");
    if (methods.length > 0) {
      const { recoveryCodesLeft } = await codes.of(environmentId, playerId);
      return recoveryCodesLeft > 0 ? [...methods, "recovery-code"] : methods;
    }
    const isByMail = provider !== undefined && MAIL_PROVIDERS.includes(provider);
    if (isByMail || (await mailedCodes.addressOf(environmentId, playerId)) === undefined) return [];
    return ["email-code"];
  }

  /** Whether the player has more than a mailbox to answer with. */
  async hasSecondFactor(environmentId: EnvironmentId, playerId: string): Promise<boolean> {
    const { codes, passkeys } = this.#deps;
    return (await codes.hasTotp(environmentId, playerId)) || passkeys.canSignIn(environmentId, playerId);
  }

  /** Remembers a sign-in that is complete, and tells the player of one that was unusual. */
  async complete(
    environmentId: EnvironmentId,
    playerId: string,
    context: SignInContext,
    { isUnusual = false, isTrusted = false }: { isUnusual?: boolean; isTrusted?: boolean },
  ): Promise<void> {
    const { history, lockout, notices, countries } = this.#deps;
    const nowMs = this.#now();
    const country = countries.countryOf(context.address);
    await history.remember(environmentId, playerId, {
      deviceHash: deviceOf(context),
      accountHash: context.accountKey === undefined ? "" : accountHash(context.accountKey),
      country,
      now: new Date(nowMs),
      // What is known only roughly may be somebody else's: it is not trusted.
      ...(isTrusted && context.deviceId !== undefined ? { trustedUntil: new Date(nowMs + TRUST_MS) } : {}),
    });
    await lockout.forgetFailures(environmentId, context.accountKey);
    if (!isUnusual) return;
    await notices.tell(environmentId, playerId, "new-sign-in", {
      ...(context.deviceName === undefined ? {} : { device: context.deviceName }),
      ...(country === undefined ? {} : { country }),
    });
  }

  /** The hash of the context's device, when this player used it before: it has a budget of its own for wrong codes. */
  async knownDevice(
    environmentId: EnvironmentId,
    playerId: string,
    context: SignInContext,
  ): Promise<string | undefined> {
    if (context.deviceId === undefined) return undefined;
    const device = deviceOf(context);
    const past = await this.#deps.history.of(environmentId, playerId, device, new Date(this.#now()));
    return past.isKnownDevice ? device : undefined;
  }

  async #reasons(
    environmentId: EnvironmentId,
    policy: FactorPolicy,
    past: History,
    methods: readonly ChallengeMethod[],
    context: SignInContext,
  ): Promise<string[]> {
    const nowMs = this.#now();
    const facts = {
      ...past,
      // A guest's proof is the device itself: whoever has it has been on this device from the beginning.
      isKnownDevice: past.isKnownDevice || context.provider === GUEST,
      nowMs,
      country: this.#deps.countries.countryOf(context.address),
      recentFailures: await this.#deps.lockout.recentFailures(environmentId, context.accountKey),
    };
    const reasons: string[] = anomaliesOf(facts, policy.anomalies);
    const hasFactor = methods.includes("totp") || methods.includes("passkey");
    if (policy.isSecondFactorRequired && hasFactor && past.trustedUntilMs <= nowMs) reasons.push(SECOND_FACTOR);
    return reasons;
  }

  async #challenge(
    environmentId: EnvironmentId,
    playerId: string,
    context: SignInContext,
    methods: ChallengeMethod[],
    reasons: readonly string[],
  ): Promise<StepUpChallenge> {
    const purpose = { kind: "sign-in", context, reasons } as const;
    const challengeId = await this.#deps.challenges.open(environmentId, { playerId, methods, purpose });
    this.#deps.metrics.challenges.inc({ event: "asked" });
    await this.#deps.audit.record(ownEntry(environmentId, playerId, "sign_in.challenged", { reasons, methods }));
    return { challengeId, methods, expiresIn: CHALLENGE_MS / 1_000 };
  }
}

/** One answer for a challenge that is unknown, too old, answered, of another purpose, or was answered wrongly too often. */
export function noChallenge(): AppError {
  return new AppError(
    "challenge.not_found",
    "This challenge was answered already, is too old, or was answered wrongly too often. Begin again.",
  );
}

function deviceOf({ deviceId, address, userAgent }: SignInContext): string {
  return deviceId === undefined ? roughDeviceHash(address, userAgent ?? "") : deviceHash(deviceId);
}
