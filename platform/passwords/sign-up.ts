// Signing up with an address and a password: the address is proven first, so that nobody can hold somebody else's.
import { AppError } from "../../shared/schema/errors.ts";
import type { EnvironmentId, PasswordSignUpRequest, SignInResponse } from "../../shared/schema/platform/index.ts";
import type { AccountService } from "../accounts/service.ts";
import type { RequestOrigin, SignInService } from "../accounts/sign-in.ts";
import type { PasswordService } from "./service.ts";

/** The way in by a code that was mailed. */
export const EMAIL_CODE_WAY = "email-code";

/** What `PasswordSignUp` needs. */
export interface PasswordSignUpDeps {
  readonly accounts: AccountService;
  readonly passwords: PasswordService;
  readonly signIn: SignInService;
}

/** Makes players with an address and a password. */
export class PasswordSignUp {
  readonly #deps: PasswordSignUpDeps;

  constructor(deps: PasswordSignUpDeps) {
    this.#deps = deps;
  }

  /**
   * Makes a player and signs it in. Throws what the code's verifier throws, `password.weak` and `password.breached`, and
   * `identity.taken` where the address leads to a player already: whoever hears that has just proven that it is theirs.
   */
  async signUp(
    environmentId: EnvironmentId,
    { codeId, code, password, ...device }: PasswordSignUpRequest,
    from: RequestOrigin,
  ): Promise<SignInResponse> {
    const { accounts, passwords, signIn } = this.#deps;
    // Before the code is spent: whoever chose a bad password may send the same code with a better one.
    await passwords.assertGood(password, []);
    const verified = await signIn.prove(environmentId, EMAIL_CODE_WAY, { codeId, code }, from);
    await passwords.assertGood(password, [verified.subject]);
    if ((await accounts.playerOfEmail(environmentId, verified.subject)) !== undefined) throw taken();
    const player = await accounts.signIn(environmentId, verified);
    if (!player.isNew) throw taken();
    await passwords.set(environmentId, player.id, password);
    await signIn.assess(environmentId, player.id, EMAIL_CODE_WAY, device, from);
    return signIn.start(environmentId, player.id, EMAIL_CODE_WAY, device, from);
  }
}

function taken(): AppError {
  return new AppError("identity.taken", "This address has an account. Sign in, or set another password by a code.");
}
