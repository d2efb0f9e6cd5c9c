// Getting in and back in by mail: sign-in codes, forgotten passwords, and changes of address that can be taken back.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import { mailAddressKey, maskedAddress } from "../mail/address.ts";
import type { CodeValues, MailContent } from "../mail/mailer.ts";
import { CODE_LIFE_MS, type CodePurpose } from "./codes.ts";
import { type CodeMail, type IssuedCode, invalidCode, type MailCodes } from "./mail-codes.ts";
import type { SecurityNotices } from "./security-notices.ts";
import type { StoredCode } from "./store.ts";

const DAY_MS = 24 * 3_600_000;

/** How long after a change began its old address is told: longer than the change can take, in milliseconds. */
export const UNDO_DELAY_MS = 10_000;

/** Codes that are worth nothing any more once a credential has changed. */
const OUTDATED_BY_CHANGE: readonly CodePurpose[] = ["reset-password", "change-email", "step-up"];

/** Whose an address is. Addresses are identities, linked only after a proof, so each belongs to one player at most. */
export interface PlayerEmails {
  emailOf(environmentId: EnvironmentId, playerId: string): Promise<string | undefined>;
  playerOfEmail(environmentId: EnvironmentId, address: string): Promise<string | undefined>;
  /** Puts one address in the place of another, or adds it where `from` is undefined. Throws `identity.taken`. */
  replaceEmail(environmentId: EnvironmentId, playerId: string, from: string | undefined, to: string): Promise<void>;
}

/** Sets a password without asking for the old one, ends every session and tells the player. Throws when it is too weak, before any change. */
export interface PasswordReset {
  reset(environmentId: EnvironmentId, playerId: string, newPassword: string): Promise<void>;
}

/** Ends a player's sessions. */
export interface SessionEnder {
  endAll(
    environmentId: EnvironmentId,
    playerId: string,
    reason: "credentials_changed",
    options?: { readonly exceptSessionId?: string },
  ): Promise<unknown>;
}

/** Who asks for a mail: in which language, and from where on the network. */
export interface MailRequester {
  readonly locale?: string | undefined;
  readonly source?: string | undefined;
}

/** What `RecoveryService` stands on. `accountPageUrl` is where links lead; what they are for follows after a `#`. */
export interface RecoveryServiceDeps {
  readonly codes: MailCodes;
  readonly emails: PlayerEmails;
  readonly passwords: PasswordReset;
  readonly sessions: SessionEnder;
  readonly notices: SecurityNotices;
  readonly accountPageUrl: string;
  readonly now?: () => number;
}

/** What a caller shows: the id it was given when it asked, and what the mail says. */
export interface GivenCode {
  readonly codeId: string;
  readonly code: string;
}

/** Recovery of accounts. No answer of a method that begins with `start` tells whether an account exists. */
export class RecoveryService {
  readonly #deps: RecoveryServiceDeps;
  readonly #now: () => number;

  constructor(deps: RecoveryServiceDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? Date.now;
    const { codes, emails } = deps;
    codes.writeWith("sign-in", async () => ({ content: (mail) => this.#codeMail("sign-in-code", mail) }));
    codes.writeWith("reset-password", async (environmentId, { address }) => {
      const playerId = await emails.playerOfEmail(environmentId, address);
      if (playerId === undefined) return undefined;
      return { playerId, content: (mail) => this.#codeMail("reset-password", mail) };
    });
    codes.writeWith("change-email", async (environmentId, { address, playerId }) => {
      const owner = await emails.playerOfEmail(environmentId, address);
      const isFree = owner === undefined || owner === playerId;
      if (!isFree) return { instead: { template: "address-taken", values: { whenMs: this.#now() } } };
      return { content: (mail) => this.#codeMail("verify-email", mail) };
    });
    codes.writeWith("step-up", async (_environmentId, { details }) => ({
      content: (mail) => ({
        template: "step-up-code",
        values: { ...this.#codeValues(mail), device: details["device"], country: details["country"] },
      }),
    }));
    codes.writeWith("undo-email-change", async (environmentId, code) => {
      const owner = await emails.playerOfEmail(environmentId, code.address);
      const isChanged = owner !== code.playerId;
      return isChanged ? { content: (mail) => this.#emailChangedMail(code, mail) } : undefined;
    });
  }

  /** Sends a code that signs in, or makes the player of an address that nobody has. */
  startSignIn(environmentId: EnvironmentId, address: string, requester: MailRequester = {}): Promise<IssuedCode> {
    return this.#deps.codes.issue(environmentId, {
      purpose: "sign-in",
      address: mailAddressKey(address),
      ...requester,
    });
  }

  /** Sends a code for a new password to the owner of an address, if there is one. */
  startReset(environmentId: EnvironmentId, address: string, requester: MailRequester = {}): Promise<IssuedCode> {
    return this.#deps.codes.issue(environmentId, {
      purpose: "reset-password",
      address: mailAddressKey(address),
      ...requester,
    });
  }

  /** Sets a password by code and ends every session. Throws `code.invalid`, and what a weak password throws. */
  async finishReset(environmentId: EnvironmentId, given: GivenCode, newPassword: string): Promise<void> {
    const { codes, emails, passwords } = this.#deps;
    await codes.redeem(environmentId, { purpose: "reset-password", ...given }, async ({ address, playerId }) => {
      // The address may have gone to another player, or to nobody, since the mail was made.
      const owner = await emails.playerOfEmail(environmentId, address);
      if (playerId === undefined || owner !== playerId) throw invalidCode();
      await passwords.reset(environmentId, playerId, newPassword);
      await codes.endOf(environmentId, playerId, OUTDATED_BY_CHANGE);
    });
  }

  /** The player's address, or undefined. */
  emailOf(environmentId: EnvironmentId, playerId: string): Promise<string | undefined> {
    return this.#deps.emails.emailOf(environmentId, playerId);
  }

  /** Sends a code to an address that is to become the player's. When it is another's, its owner is told instead. */
  startEmailChange(
    environmentId: EnvironmentId,
    playerId: string,
    address: string,
    requester: MailRequester = {},
  ): Promise<IssuedCode> {
    const request = { purpose: "change-email", address: mailAddressKey(address), playerId } as const;
    return this.#deps.codes.issue(environmentId, { ...request, ...requester });
  }

  /**
   * Makes the address that the code went to the player's, tells the old one how to take it back, and ends every session but
   * this. Returns the address. Throws `code.invalid`, and `identity.taken` when somebody was faster.
   */
  async finishEmailChange(
    environmentId: EnvironmentId,
    { playerId, sessionId }: { readonly playerId: string; readonly sessionId?: string | undefined },
    given: GivenCode,
  ): Promise<string> {
    const { codes, emails, sessions } = this.#deps;
    return codes.redeem(environmentId, { purpose: "change-email", playerId, ...given }, async ({ address: to }) => {
      if ((await emails.playerOfEmail(environmentId, to)) !== playerId) {
        const from = await emails.emailOf(environmentId, playerId);
        if (from !== undefined) await this.#keepUndo(environmentId, playerId, from, to);
        await emails.replaceEmail(environmentId, playerId, from, to);
      }
      await codes.endOf(environmentId, playerId, OUTDATED_BY_CHANGE);
      const others = sessionId === undefined ? {} : { exceptSessionId: sessionId };
      await sessions.endAll(environmentId, playerId, "credentials_changed", others);
      return to;
    });
  }

  /**
   * Puts the address back that the code went to, whatever it has been changed to since, ends every session, and sends a
   * code for a new password. Of several changes the earliest has the last word: whoever made the later ones may be the
   * thief. Throws `code.invalid`, and `identity.taken` when another player has the address by now.
   */
  async undoEmailChange(environmentId: EnvironmentId, given: GivenCode): Promise<void> {
    const { codes, emails, sessions, notices } = this.#deps;
    await codes.redeem(environmentId, { purpose: "undo-email-change", ...given }, async (code) => {
      const { id, address, playerId, details } = code;
      if (playerId === undefined) throw invalidCode();
      if ((await emails.playerOfEmail(environmentId, address)) !== playerId) {
        const isStill = (await emails.playerOfEmail(environmentId, details["to"] ?? "")) === playerId;
        const from = isStill ? details["to"] : await emails.emailOf(environmentId, playerId);
        await emails.replaceEmail(environmentId, playerId, from, address);
      }
      await codes.endOf(environmentId, playerId, OUTDATED_BY_CHANGE);
      await codes.endOf(environmentId, playerId, ["undo-email-change"], id);
      await sessions.endAll(environmentId, playerId, "credentials_changed");
      await notices.tell(environmentId, playerId, "email-change-undone", { whenMs: this.#now() });
      await codes.issue(environmentId, { purpose: "reset-password", address, playerId });
    });
  }

  /** Kept before the change, so that no crash loses it; its mail is made after it, and then only if there was a change. */
  async #keepUndo(environmentId: EnvironmentId, playerId: string, from: string, to: string): Promise<void> {
    const purpose = "undo-email-change";
    await this.#deps.codes.issue(environmentId, {
      purpose,
      address: from,
      playerId,
      details: { to },
      delayMs: UNDO_DELAY_MS,
    });
  }

  #codeMail(template: "sign-in-code" | "reset-password" | "verify-email", mail: CodeMail): MailContent {
    return { template, values: this.#codeValues(mail) };
  }

  #codeValues({ code, fragment, minutes }: CodeMail): CodeValues {
    return { code, link: this.#link(fragment), minutes };
  }

  #emailChangedMail({ details, expiresAtMs }: StoredCode, { fragment }: CodeMail): MailContent {
    const link = this.#link(fragment);
    const days = CODE_LIFE_MS["undo-email-change"] / DAY_MS;
    const whenMs = expiresAtMs - CODE_LIFE_MS["undo-email-change"];
    const newAddress = maskedAddress(details["to"] ?? "");
    return { template: "email-changed", values: { newAddress, link, days, whenMs } };
  }

  /** After the `#`, so that no server on the way writes the code into its log. */
  #link(fragment: string): string {
    return `${this.#deps.accountPageUrl}#${fragment}`;
  }
}
