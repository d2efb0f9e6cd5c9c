// What factors need of other modules, each as small as it can be, and what stands in where there is nothing behind it.
import type { EnvironmentId, SignInResponse } from "../../shared/schema/platform/index.ts";

/** What is known of a sign-in whose first proof was good. */
export interface SignInContext {
  readonly provider: string;
  readonly address: string;
  readonly userAgent?: string;
  readonly deviceName?: string;
  /** The secret of the device. */
  readonly deviceId?: string;
  /** The name that the lockout counts by. */
  readonly accountKey?: string;
}

/** Begins sessions. Throws `account.banned`. */
export interface SessionBeginner {
  start(
    environmentId: EnvironmentId,
    playerId: string,
    origin: Omit<SignInContext, "accountKey">,
  ): Promise<SignInResponse>;
}

/** A code that was mailed. `expiresIn` is in seconds. */
export interface IssuedCode {
  readonly codeId: string;
  readonly expiresIn: number;
  readonly codeLength: number;
}

/** Codes by mail. */
export interface StepUpCodes {
  /** The player's proven address, or undefined: then there is no code. */
  addressOf(environmentId: EnvironmentId, playerId: string): Promise<string | undefined>;
  /** Mails a code, off the request's path. */
  issue(environmentId: EnvironmentId, playerId: string, address: string): Promise<IssuedCode>;
  /** Uses a code up, and says whether it was good. */
  redeem(environmentId: EnvironmentId, playerId: string, codeId: string, code: string): Promise<boolean>;
}

/** Nobody has an address. */
export const NO_STEP_UP_CODES: StepUpCodes = {
  addressOf: async () => undefined,
  issue: () => Promise.reject(new Error("There is no mail to send a code by.")),
  redeem: async () => false,
};

/** What a notice may say. */
export interface NoticeDetails {
  readonly device?: string;
  readonly country?: string;
  readonly factor?: string;
  readonly codesLeft?: number;
}

/** Tells players what happened to their account. */
export interface FactorNotices {
  tell(
    environmentId: EnvironmentId,
    playerId: string,
    kind: "factor-added" | "factor-removed" | "recovery-code-used" | "new-sign-in",
    details: NoticeDetails,
  ): Promise<void>;
}

/** Nobody is told anything. */
export const NO_FACTOR_NOTICES: FactorNotices = { tell: async () => {} };

/** The name under which a player appears in an authenticator app and on a passkey. Throws when there is no such player. */
export interface PlayerLabels {
  labelOf(environmentId: EnvironmentId, playerId: string): Promise<string>;
}
