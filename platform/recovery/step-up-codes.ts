// Codes by mail for the step-up of a sign-in that looks odd.
import { AppError } from "../../shared/schema/errors.ts";
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { IssuedCode, MailCodes } from "./mail-codes.ts";

/** What the step-up asks of mail. Its `codeId` stays with the challenge: whoever answers that types the code alone. */
export class StepUpCodes {
  readonly #codes: MailCodes;
  readonly #emailOf: (environmentId: EnvironmentId, playerId: string) => Promise<string | undefined>;

  constructor(
    codes: MailCodes,
    emailOf: (environmentId: EnvironmentId, playerId: string) => Promise<string | undefined>,
  ) {
    this.#codes = codes;
    this.#emailOf = emailOf;
  }

  /** The player's proven address, or undefined: then there is no code. */
  addressOf(environmentId: EnvironmentId, playerId: string): Promise<string | undefined> {
    return this.#emailOf(environmentId, playerId);
  }

  /** Mails a code, off the request's path. */
  issue(environmentId: EnvironmentId, playerId: string, address: string): Promise<IssuedCode> {
    return this.#codes.issue(environmentId, { purpose: "step-up", address, playerId });
  }

  /** Uses a code up, and says whether it was good. */
  async redeem(environmentId: EnvironmentId, playerId: string, codeId: string, code: string): Promise<boolean> {
    try {
      return await this.#codes.redeem(environmentId, { purpose: "step-up", codeId, code, playerId }, async () => true);
    } catch (error) {
      if (error instanceof AppError && error.code === "code.invalid") return false;
      throw error;
    }
  }
}
