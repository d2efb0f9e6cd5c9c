// The way in by a code that was mailed (`POST /v1/auth/email/start`): whoever has the code has the address.
import { type EnvironmentId, MailCodeProof } from "../../../shared/schema/platform/index.ts";
import { invalidRequest } from "../../errors.ts";
import { mailAddressKey } from "../../mail/address.ts";

/** Redeems the codes that sign in. */
export interface SignInCodes {
  /** The address that the code went to, once. Throws `code.invalid`. */
  redeemSignIn(environmentId: EnvironmentId, proof: MailCodeProof): Promise<string>;
}

/** Who a mailed code proves somebody to be. The shape is every verifier's. */
export interface VerifiedEmail {
  readonly provider: "email";
  readonly subject: string;
  readonly email: string;
  readonly isEmailVerified: true;
}

/** The verifier of the way in `email-code`. The identity is kept under the provider `email`, by its address. */
export class EmailCodeVerifier {
  readonly provider = "email-code";
  readonly #codes: SignInCodes;

  constructor(codes: SignInCodes) {
    this.#codes = codes;
  }

  /** Spends the code `{codeId, code}`. Throws `request.invalid` for another shape, and `code.invalid`. */
  async verify(proof: unknown, context: { readonly environmentId: string }): Promise<VerifiedEmail> {
    const given = MailCodeProof.safeParse(proof);
    if (!given.success) throw invalidRequest(given.error, "proof");
    // The request's environment was looked up before any route.
    const environmentId = context.environmentId as EnvironmentId;
    const address = mailAddressKey(await this.#codes.redeemSignIn(environmentId, given.data));
    return { provider: "email", subject: address, email: address, isEmailVerified: true };
  }
}
