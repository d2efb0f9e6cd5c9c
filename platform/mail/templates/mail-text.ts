// What a template makes: the words of one mail, before they become plain text and HTML.
import type { MailTemplate, MailValues } from "../mailer.ts";

/** The words of one mail. All of it is plain text; nothing here is markup. */
export interface MailText {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** Shown large, to be typed. */
  readonly code?: string;
  readonly link?: { readonly label: string; readonly url: string };
  /** After code and link, set small. */
  readonly smallPrint: readonly string[];
}

/** The templates of one language. `product` is the name of the game or studio. */
export type MailTemplates = { readonly [T in MailTemplate]: (values: MailValues[T], product: string) => MailText };

/** A moment in the words of a language: the date and time, in UTC, since we do not know where the reader is. */
export function momentIn(locale: string, whenMs: number): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${format.format(whenMs)} UTC`;
}

/** A country's name in a language; the code itself when it has none. */
export function countryIn(locale: string, country: string): string {
  if (!/^[A-Z]{2}$/.test(country)) return country;
  return new Intl.DisplayNames([locale], { type: "region", fallback: "code" }).of(country) ?? country;
}
