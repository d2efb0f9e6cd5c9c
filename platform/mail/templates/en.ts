// The mails in English.
import type { CodeValues, OccurrenceValues } from "../mailer.ts";
import { countryIn, type MailTemplates, type MailText, momentIn } from "./mail-text.ts";

const LOCALE = "en";

const NOT_YOU = "Was this not you? Then change your password at once and end all sessions in your account settings.";

/** The templates. */
export const englishMails: MailTemplates = {
  "verify-email": (values, product) => ({
    subject: `${values.code} confirms your address for ${product}`,
    paragraphs: [`Use this code to confirm that this address is yours for ${product}.`],
    ...codeAndLink(values, "Confirm address"),
    smallPrint: [goodFor(values), "You did not ask for this? Then do nothing: nobody gets in without the code."],
  }),
  "sign-in-code": (values, product) => ({
    subject: `${values.code} signs you in to ${product}`,
    paragraphs: [`Use this code to sign in to ${product}. It opens your account: give it to nobody.`],
    ...codeAndLink(values, "Sign in"),
    smallPrint: [goodFor(values), "You did not ask for this? Then do nothing: nobody gets in without the code."],
  }),
  "step-up-code": (values, product) => ({
    subject: `${values.code} confirms your sign-in to ${product}`,
    paragraphs: [
      `Somebody is signing in to your ${product} account in a way we have not seen before${from(values)}. If it is you, use this code.`,
    ],
    ...codeAndLink(values, "Confirm sign-in"),
    smallPrint: [
      goodFor(values),
      "It is not you? Give the code to nobody, and change your password: somebody may know it.",
    ],
  }),
  "reset-password": (values, product) => ({
    subject: `Set a new password for ${product}`,
    paragraphs: [`Use this code to set a new password for ${product}. Afterwards you are signed out everywhere.`],
    ...codeAndLink(values, "Set a new password"),
    smallPrint: [goodFor(values), "You did not ask for this? Then do nothing: your password stays as it is."],
  }),
  "address-taken": (values, product) => ({
    subject: `Your address is already in use at ${product}`,
    paragraphs: [
      `On ${moment(values)} somebody asked to use this address for a ${product} account. It already belongs to one, so nothing was changed.`,
      "If that was you, sign in to the account you have, or reset its password.",
    ],
    smallPrint: ["If it was not you, there is nothing to do."],
  }),
  "email-changed": (values, product) => ({
    subject: `The address of your ${product} account was changed`,
    paragraphs: [
      `On ${moment(values)} the address of your account was changed from this one to ${values.newAddress}${from(values)}.`,
      "If that was you, there is nothing to do.",
    ],
    link: { label: "That was not me: take it back", url: values.link },
    smallPrint: [
      `For ${days(values.days)} the link puts this address back, ends every session, and sends you a code for a new password.`,
    ],
  }),
  "email-change-undone": (values, product) =>
    notice(`Your address is back at ${product}`, `On ${moment(values)} the change of your address was taken back.`, [
      "Every session was ended. Set a new password: we have sent you a code for it.",
    ]),
  "password-changed": (values, product) =>
    notice(`Your ${product} password was changed`, `On ${moment(values)} your password was changed${from(values)}.`, [
      "Was this not you? Then reset your password at once.",
    ]),
  "new-sign-in": (values, product) =>
    notice(`New sign-in to your ${product} account`, `On ${moment(values)} somebody signed in${from(values)}.`, [
      NOT_YOU,
    ]),
  "refresh-token-reused": (values, product) =>
    notice(
      `We ended a session of your ${product} account`,
      `On ${moment(values)} an old key of one of your sessions was used a second time${from(values)}. A copy of it may have been stolen, so we ended that session.`,
      ["Sign in again. If you do not know why this happened, change your password and look through your sessions."],
    ),
  "factor-added": (values, product) =>
    notice(
      `A second factor was added to your ${product} account`,
      `On ${moment(values)} ${factor(values.factor)} was added to your account${from(values)}.`,
      [NOT_YOU],
    ),
  "factor-removed": (values, product) =>
    notice(
      `A second factor was removed from your ${product} account`,
      `On ${moment(values)} ${factor(values.factor)} was removed from your account${from(values)}.`,
      [NOT_YOU],
    ),
  "recovery-code-used": (values, product) =>
    notice(
      `A recovery code of your ${product} account was used`,
      `On ${moment(values)} a recovery code was used to sign in${from(values)}. You have ${values.codesLeft} left.`,
      [NOT_YOU],
    ),
  "identity-linked": (values, product) =>
    notice(
      `A way to sign in was added to your ${product} account`,
      `On ${moment(values)} "${values.provider}" was linked to your account${from(values)}.`,
      [NOT_YOU],
    ),
  "identity-unlinked": (values, product) =>
    notice(
      `A way to sign in was removed from your ${product} account`,
      `On ${moment(values)} "${values.provider}" was unlinked from your account${from(values)}.`,
      [NOT_YOU],
    ),
  "deletion-scheduled": (values, product) =>
    notice(
      `Your ${product} account will be deleted`,
      `As you asked, your account and all that belongs to it will be deleted for good on ${moment(values)}.`,
      ["You have changed your mind, or this was not you? Sign in before that day and take it back."],
    ),
};

function codeAndLink({ code, link }: CodeValues, label: string): Pick<MailText, "code" | "link"> {
  return { code, link: { label, url: link } };
}

function notice(subject: string, paragraph: string, smallPrint: readonly string[]): MailText {
  return { subject, paragraphs: [paragraph], smallPrint };
}

function goodFor({ minutes }: CodeValues): string {
  return `The code works once, within ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`;
}

function days(count: number): string {
  return count === 1 ? "one day" : `${count} days`;
}

function moment({ whenMs }: Pick<OccurrenceValues, "whenMs">): string {
  return momentIn(LOCALE, whenMs);
}

function from({ device, country }: Omit<OccurrenceValues, "whenMs">): string {
  const place = country === undefined ? "" : ` from ${countryIn(LOCALE, country)}`;
  return device === undefined ? place : ` on "${device}"${place}`;
}

function factor(name: string): string {
  const known: Record<string, string> = {
    totp: "an authenticator app",
    passkey: "a passkey",
    "recovery-codes": "a set of recovery codes",
  };
  return Object.hasOwn(known, name) ? (known[name] ?? name) : `"${name}"`;
}
