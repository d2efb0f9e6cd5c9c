// Codes by mail as an answer to challenges, over whatever issues codes and knows addresses.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { IssuedCode, StepUpCodes } from "./ports.ts";

/** Issues and redeems codes of the purpose "step-up". `redeem` throws `code.invalid` for one that is not good. */
export interface CodeIssuer {
  issue(
    environmentId: EnvironmentId,
    request: { readonly purpose: "step-up"; readonly address: string; readonly playerId: string },
  ): Promise<IssuedCode>;
  redeem<Result>(
    environmentId: EnvironmentId,
    given: { readonly purpose: "step-up"; readonly codeId: string; readonly code: string; readonly playerId: string },
    use: () => Promise<Result>,
  ): Promise<Result>;
}

/** Knows the proven addresses of players. */
export interface AddressBook {
  emailOf(environmentId: EnvironmentId, playerId: string): Promise<string | undefined>;
}

/** What `redeem` throws for a code that is not good. */
const INVALID = "code.invalid";

/** Joins the two. */
export function mailedCodes(codes: CodeIssuer, addresses: AddressBook): StepUpCodes {
  return {
    addressOf: (environmentId, playerId) => addresses.emailOf(environmentId, playerId),
    issue: (environmentId, playerId, address) => codes.issue(environmentId, { purpose: "step-up", address, playerId }),
    redeem: async (environmentId, playerId, codeId, code) => {
      try {
        const given = { purpose: "step-up", codeId, code, playerId } as const;
        return await codes.redeem(environmentId, given, async () => true);
      } catch (error) {
        if (error instanceof Error && (error as { code?: unknown }).code === INVALID) return false;
        throw error;
      }
    },
  };
}
