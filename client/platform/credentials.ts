// The player's password and address: changing them, and coming back when the password was forgotten.
import { type MailCodeProof, MailCodeResponse, PlayerEmailResponse } from "../../shared/schema/platform/index.ts";
import type { PlatformCalls } from "./platform-calls.ts";

const EMAIL_PATH = "v1/player/me/email";

/** Passwords and addresses. Codes are asked for by one call and used by the next, with the id that the first answered. */
export class Credentials {
  readonly #calls: PlatformCalls;

  constructor(calls: PlatformCalls) {
    this.#calls = calls;
  }

  /** Ends every other session of the player. */
  changePassword(currentPassword: string, newPassword: string, signal?: AbortSignal): Promise<void> {
    const body = { currentPassword, newPassword };
    return this.#calls.asPlayer({ method: "PUT", path: "v1/player/me/password", body, signal });
  }

  /** Mails a code to set a forgotten password anew. Answers the same for every address. */
  startPasswordReset(email: string, locale?: string, signal?: AbortSignal): Promise<MailCodeResponse> {
    const [path, body] = ["v1/auth/password/reset/start", mailCodeRequest(email, locale)];
    return this.#calls.open({ method: "POST", path, body, shape: MailCodeResponse, signal });
  }

  /** Sets it, and ends every session of the player; sign in with it afterwards. */
  finishPasswordReset({ codeId, code }: MailCodeProof, newPassword: string, signal?: AbortSignal): Promise<void> {
    const body = { codeId, code, newPassword };
    return this.#calls.open({ method: "POST", path: "v1/auth/password/reset/finish", body, signal });
  }

  /** The player's proven address; undefined when there is none. */
  async email(signal?: AbortSignal): Promise<string | undefined> {
    const answer = await this.#calls.asPlayer({ method: "GET", path: EMAIL_PATH, shape: PlayerEmailResponse, signal });
    return answer.email;
  }

  /** Mails a code to an address that shall be the player's. */
  changeEmail(email: string, locale?: string, signal?: AbortSignal): Promise<MailCodeResponse> {
    const body = mailCodeRequest(email, locale);
    return this.#calls.asPlayer({ method: "PUT", path: EMAIL_PATH, body, shape: MailCodeResponse, signal });
  }

  /** Proves the address by that code; the old one is told, and can take it back. */
  async confirmEmail({ codeId, code }: MailCodeProof, signal?: AbortSignal): Promise<string | undefined> {
    const [path, body] = [`${EMAIL_PATH}/verify`, { codeId, code }];
    return (await this.#calls.asPlayer({ method: "POST", path, body, shape: PlayerEmailResponse, signal })).email;
  }

  /** Takes a change of address back, by the code that went to the old one. Nobody needs to be signed in. */
  undoEmailChange({ codeId, code }: MailCodeProof, signal?: AbortSignal): Promise<void> {
    return this.#calls.open({ method: "POST", path: "v1/auth/email/undo", body: { codeId, code }, signal });
  }
}

function mailCodeRequest(email: string, locale: string | undefined): { email: string; locale?: string } {
  return { email, ...(locale !== undefined && { locale }) };
}
