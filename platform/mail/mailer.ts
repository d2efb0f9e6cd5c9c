// The mail port: what the platform may say to somebody by mail, and who takes it.
import type { EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { Executor } from "../db/database.ts";

/** A code that is typed or followed as a link, and for how long it is good. */
export interface CodeValues {
  readonly code: string;
  /** Where a click does the same as typing; an `http` or `https` URL. */
  readonly link: string;
  readonly minutes: number;
}

/** When and from where something happened. `whenMs` is milliseconds since 1970. */
export interface OccurrenceValues {
  readonly whenMs: number;
  readonly device?: string | undefined;
  /** ISO 3166-1 alpha-2 code of the country that the address belongs to. */
  readonly country?: string | undefined;
}

/** What each template is filled with. Every value is text of a stranger: templates escape it. */
export interface MailValues {
  "verify-email": CodeValues;
  "sign-in-code": CodeValues;
  "step-up-code": CodeValues & Omit<OccurrenceValues, "whenMs">;
  "reset-password": CodeValues;
  "address-taken": { readonly whenMs: number };
  "email-changed": OccurrenceValues & { readonly newAddress: string; readonly link: string; readonly days: number };
  "email-change-undone": OccurrenceValues;
  "password-changed": OccurrenceValues;
  "new-sign-in": OccurrenceValues;
  "refresh-token-reused": OccurrenceValues;
  "factor-added": OccurrenceValues & { readonly factor: string };
  "factor-removed": OccurrenceValues & { readonly factor: string };
  "recovery-code-used": OccurrenceValues & { readonly codesLeft: number };
  "identity-linked": OccurrenceValues & { readonly provider: string };
  "identity-unlinked": OccurrenceValues & { readonly provider: string };
  "deletion-scheduled": { readonly whenMs: number };
}

/** The name of a template. */
export type MailTemplate = keyof MailValues;

/** A template with its values. */
export type MailContent<T extends MailTemplate = MailTemplate> = {
  [Name in T]: { readonly template: Name; readonly values: MailValues[Name] };
}[T];

/** The templates that hold no secret, and so may wait in the database as they are. Codes are sent by whoever keeps them. */
export type Notice = Exclude<
  MailTemplate,
  "verify-email" | "sign-in-code" | "step-up-code" | "reset-password" | "email-changed"
>;

/** A mail to one address. `locale` is a BCP 47 tag or an `Accept-Language` list; English where we have no templates. */
export type Mail<T extends MailTemplate = MailTemplate> = MailContent<T> & {
  readonly to: string;
  readonly locale?: string | undefined;
};

/** Takes mails. */
export interface Mailer {
  /**
   * Takes a mail. When this resolves it is kept, and will be tried until it is delivered, refused for good, or too old;
   * in `tx` it is kept if and when that commits. Throws `service.unavailable` when too many wait.
   */
  send(environmentId: EnvironmentId, mail: Mail<Notice>, tx?: Executor): Promise<void>;
}
