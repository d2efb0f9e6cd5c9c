// Which language a mail is written in.

/** The languages that have templates. The first is for everybody else. */
export const MAIL_LOCALES = ["en", "de"] as const;

/** A language that has templates. */
export type MailLocale = (typeof MAIL_LOCALES)[number];

/** Longest tag or list that is looked at, in characters. */
const MAX_LENGTH = 100;

/**
 * The templates' language for a BCP 47 tag or an `Accept-Language` list (RFC 9110, section 12.5.4): the first in it that
 * we have, by its primary subtag (the lookup of RFC 4647, section 3.4); English for all else.
 */
export function mailLocaleOf(wanted: string | undefined): MailLocale {
  const ranked = (wanted ?? "")
    .slice(0, MAX_LENGTH)
    .split(",")
    .map((part, index) => {
      const [tag = "", ...parameters] = part.split(";").map((piece) => piece.trim().toLowerCase());
      const quality = Number(parameters.find((one) => one.startsWith("q="))?.slice(2) ?? 1);
      return { language: tag.split(/[-_]/, 1)[0] ?? "", quality: Number.isFinite(quality) ? quality : 0, index };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || a.index - b.index);
  for (const { language } of ranked) {
    const known = MAIL_LOCALES.find((locale) => locale === language);
    if (known !== undefined) return known;
  }
  return MAIL_LOCALES[0];
}
