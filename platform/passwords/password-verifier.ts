// The way in by e-mail address and password.

import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import { PASSWORD_WAY } from "../accounts/sign-in.ts";
import type { VerifiedIdentity, Verifier, VerifierContext } from "../accounts/verifiers/verifier.ts";
import type { PasswordService } from "./service.ts";

/** Proofs are `{email, password}`; who gives them is whoever the address leads to. */
export class PasswordVerifier implements Verifier {
  readonly provider = PASSWORD_WAY;
  readonly #passwords: Pick<PasswordService, "verify">;

  constructor(passwords: Pick<PasswordService, "verify">) {
    this.#passwords = passwords;
  }

  verify(proof: unknown, { environmentId }: VerifierContext): Promise<VerifiedIdentity> {
    return this.#passwords.verify(environmentId as EnvironmentId, proof);
  }
}
