// The mails in German.
import type { CodeValues, OccurrenceValues } from "../mailer.ts";
import { countryIn, type MailTemplates, type MailText, momentIn } from "./mail-text.ts";

const LOCALE = "de";

const NOT_YOU =
  "Das warst nicht du? Dann ändere sofort dein Passwort und beende alle Sitzungen in den Einstellungen deines Kontos.";

/** The templates. */
export const germanMails: MailTemplates = {
  "verify-email": (values, product) => ({
    subject: `${values.code} bestätigt deine Adresse für ${product}`,
    paragraphs: [`Mit diesem Code bestätigst du für ${product}, dass diese Adresse dir gehört.`],
    ...codeAndLink(values, "Adresse bestätigen"),
    smallPrint: [goodFor(values), "Du hast das nicht verlangt? Dann tu nichts: Ohne den Code kommt niemand hinein."],
  }),
  "sign-in-code": (values, product) => ({
    subject: `${values.code} meldet dich bei ${product} an`,
    paragraphs: [`Mit diesem Code meldest du dich bei ${product} an. Er öffnet dein Konto: Gib ihn niemandem.`],
    ...codeAndLink(values, "Anmelden"),
    smallPrint: [goodFor(values), "Du hast das nicht verlangt? Dann tu nichts: Ohne den Code kommt niemand hinein."],
  }),
  "step-up-code": (values, product) => ({
    subject: `${values.code} bestätigt deine Anmeldung bei ${product}`,
    paragraphs: [
      `Jemand meldet sich auf ungewohnte Weise bei deinem Konto von ${product} an${from(values)}. Wenn du das bist, gib diesen Code ein.`,
    ],
    ...codeAndLink(values, "Anmeldung bestätigen"),
    smallPrint: [
      goodFor(values),
      "Das bist nicht du? Gib den Code niemandem und ändere dein Passwort: Vielleicht kennt es jemand.",
    ],
  }),
  "reset-password": (values, product) => ({
    subject: `Neues Passwort für ${product}`,
    paragraphs: [`Mit diesem Code setzt du ein neues Passwort für ${product}. Danach bist du überall abgemeldet.`],
    ...codeAndLink(values, "Neues Passwort setzen"),
    smallPrint: [goodFor(values), "Du hast das nicht verlangt? Dann tu nichts: Dein Passwort bleibt, wie es ist."],
  }),
  "address-taken": (values, product) => ({
    subject: `Deine Adresse ist bei ${product} schon in Gebrauch`,
    paragraphs: [
      `Am ${moment(values)} wollte jemand diese Adresse für ein Konto von ${product} verwenden. Sie gehört schon zu einem, darum wurde nichts geändert.`,
      "Warst du das, dann melde dich bei dem Konto an, das du hast, oder setze sein Passwort neu.",
    ],
    smallPrint: ["Warst du es nicht, ist nichts zu tun."],
  }),
  "email-changed": (values, product) => ({
    subject: `Die Adresse deines Kontos bei ${product} wurde geändert`,
    paragraphs: [
      `Am ${moment(values)} wurde die Adresse deines Kontos von dieser auf ${values.newAddress} geändert${from(values)}.`,
      "Warst du das, ist nichts zu tun.",
    ],
    link: { label: "Das war ich nicht: zurücknehmen", url: values.link },
    smallPrint: [
      `${days(values.days)} lang setzt der Link diese Adresse wieder ein, beendet alle Sitzungen und schickt dir einen Code für ein neues Passwort.`,
    ],
  }),
  "email-change-undone": (values, product) =>
    notice(
      `Deine Adresse gilt wieder bei ${product}`,
      `Am ${moment(values)} wurde die Änderung deiner Adresse zurückgenommen.`,
      ["Alle Sitzungen wurden beendet. Setze ein neues Passwort: Einen Code dafür haben wir dir geschickt."],
    ),
  "password-changed": (values, product) =>
    notice(
      `Dein Passwort bei ${product} wurde geändert`,
      `Am ${moment(values)} wurde dein Passwort geändert${from(values)}.`,
      ["Das warst nicht du? Dann setze dein Passwort sofort neu."],
    ),
  "new-sign-in": (values, product) =>
    notice(
      `Neue Anmeldung bei deinem Konto von ${product}`,
      `Am ${moment(values)} hat sich jemand angemeldet${from(values)}.`,
      [NOT_YOU],
    ),
  "refresh-token-reused": (values, product) =>
    notice(
      `Wir haben eine Sitzung deines Kontos bei ${product} beendet`,
      `Am ${moment(values)} wurde ein alter Schlüssel einer deiner Sitzungen ein zweites Mal benutzt${from(values)}. Vielleicht wurde eine Kopie gestohlen; darum haben wir die Sitzung beendet.`,
      ["Melde dich neu an. Kannst du dir das nicht erklären, ändere dein Passwort und sieh deine Sitzungen durch."],
    ),
  "factor-added": (values, product) =>
    notice(
      `Zweiter Faktor bei ${product} hinzugefügt`,
      `Am ${moment(values)} kam ${factor(values.factor)} zu deinem Konto hinzu${from(values)}.`,
      [NOT_YOU],
    ),
  "factor-removed": (values, product) =>
    notice(
      `Zweiter Faktor bei ${product} entfernt`,
      `Am ${moment(values)} wurde ${factor(values.factor)} von deinem Konto entfernt${from(values)}.`,
      [NOT_YOU],
    ),
  "recovery-code-used": (values, product) =>
    notice(
      `Ein Notfallcode deines Kontos bei ${product} wurde benutzt`,
      `Am ${moment(values)} hat sich jemand mit einem Notfallcode angemeldet${from(values)}. Du hast noch ${values.codesLeft}.`,
      [NOT_YOU],
    ),
  "identity-linked": (values, product) =>
    notice(
      `Neuer Anmeldeweg bei ${product}`,
      `Am ${moment(values)} wurde „${values.provider}“ mit deinem Konto verknüpft${from(values)}.`,
      [NOT_YOU],
    ),
  "identity-unlinked": (values, product) =>
    notice(
      `Anmeldeweg bei ${product} entfernt`,
      `Am ${moment(values)} wurde „${values.provider}“ von deinem Konto gelöst${from(values)}.`,
      [NOT_YOU],
    ),
  "deletion-scheduled": (values, product) =>
    notice(
      `Dein Konto bei ${product} wird gelöscht`,
      `Wie verlangt werden dein Konto und alles, was dazu gehört, am ${moment(values)} endgültig gelöscht.`,
      ["Du hast es dir anders überlegt, oder du warst das nicht? Melde dich vorher an und nimm es zurück."],
    ),
};

function codeAndLink({ code, link }: CodeValues, label: string): Pick<MailText, "code" | "link"> {
  return { code, link: { label, url: link } };
}

function notice(subject: string, paragraph: string, smallPrint: readonly string[]): MailText {
  return { subject, paragraphs: [paragraph], smallPrint };
}

function goodFor({ minutes }: CodeValues): string {
  return `Der Code gilt einmal, ${minutes === 1 ? "eine Minute" : `${minutes} Minuten`} lang.`;
}

function days(count: number): string {
  return count === 1 ? "Einen Tag" : `${count} Tage`;
}

function moment({ whenMs }: Pick<OccurrenceValues, "whenMs">): string {
  return momentIn(LOCALE, whenMs);
}

function from({ device, country }: Omit<OccurrenceValues, "whenMs">): string {
  const place = country === undefined ? "" : ` (${countryIn(LOCALE, country)})`;
  return device === undefined ? place : ` auf „${device}“${place}`;
}

function factor(name: string): string {
  const known: Record<string, string> = {
    totp: "eine Authenticator-App",
    passkey: "ein Passkey",
    "recovery-codes": "ein Satz Notfallcodes",
  };
  return Object.hasOwn(known, name) ? (known[name] ?? name) : `„${name}“`;
}
