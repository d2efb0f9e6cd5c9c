// Fills a template in: the words become a subject, plain text and HTML. Whatever came from strangers is only ever text.
import { escapeHtml } from "./escape-html.ts";
import { type MailLocale, mailLocaleOf } from "./locale.ts";
import type { MailContent } from "./mailer.ts";
import { germanMails } from "./templates/de.ts";
import { englishMails } from "./templates/en.ts";
import type { MailTemplates, MailText } from "./templates/mail-text.ts";

const TEMPLATES: Readonly<Record<MailLocale, MailTemplates>> = { en: englishMails, de: germanMails };

/** Longest value of a stranger's that is shown, in characters: a device's name, an address. */
export const MAX_VALUE_LENGTH = 300;

/** Longest link, in characters. */
const MAX_LINK_LENGTH = 2_048;

/** Controls, and what turns the direction of text round: none of it may reach a subject or hide what is said. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;

const STYLES = {
  body: "margin:0;padding:24px 12px;background:#f2f3f5;color:#1b1f24;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif",
  card: "max-width:480px;margin:0 auto;padding:28px 28px 20px;background:#ffffff;border-radius:12px",
  product: "margin:0 0 20px;font-weight:600;color:#57606a",
  paragraph: "margin:0 0 16px",
  code: "margin:0 0 20px;padding:14px;background:#f2f3f5;border-radius:8px;text-align:center;font:600 28px/1.2 ui-monospace,Menlo,Consolas,monospace;letter-spacing:3px",
  button:
    "display:inline-block;padding:12px 22px;background:#1f5fd0;color:#ffffff;text-decoration:none;border-radius:8px;font-weight:600",
  small: "margin:0 0 8px;font-size:13px;color:#57606a",
} as const;

/** A mail's words, ready to be delivered. */
export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Renders `content` in the language for `locale`. Throws on a link that is not http or https. */
export function renderMail(content: MailContent, locale: string | undefined, product: string): RenderedMail {
  const language = mailLocaleOf(locale);
  // The compiler cannot see that a template and its values belong together; `MailContent` says that they do.
  const template = TEMPLATES[language][content.template] as (values: unknown, product: string) => MailText;
  const words = template(cleaned(content.values), oneLine(product));
  if (words.link !== undefined) assertLink(words.link.url);
  return { subject: words.subject, text: asText(words, product), html: asHtml(words, language, oneLine(product)) };
}

function cleaned(values: object): unknown {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === "string" && name !== "link" ? oneLine(value).slice(0, MAX_VALUE_LENGTH) : value,
    ]),
  );
}

function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, " ").trim();
}

function assertLink(url: string): void {
  const isWeb = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!isWeb || url.length > MAX_LINK_LENGTH || /\s/.test(url))
    throw new Error("A mail's link must be an http or https URL.");
}

function asText({ paragraphs, code, link, smallPrint }: MailText, product: string): string {
  const parts = [...paragraphs];
  if (code !== undefined) parts.push(`    ${code}`);
  if (link !== undefined) parts.push(`${link.label}:\n${link.url}`);
  return `${[...parts, ...smallPrint, `-- \n${oneLine(product)}`].join("\n\n")}\n`;
}

function asHtml(words: MailText, language: MailLocale, product: string): string {
  const { subject, paragraphs, code, link, smallPrint } = words;
  const block = (style: string, text: string) => `<p style="${style}">${escapeHtml(text)}</p>`;
  const body = [
    block(STYLES.product, product),
    ...paragraphs.map((text) => block(STYLES.paragraph, text)),
    ...(code === undefined ? [] : [block(STYLES.code, code)]),
    ...(link === undefined
      ? []
      : [
          `<p style="${STYLES.paragraph}"><a href="${escapeHtml(link.url)}" style="${STYLES.button}">${escapeHtml(link.label)}</a></p>`,
        ]),
    ...smallPrint.map((text) => block(STYLES.small, text)),
  ];
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(subject)}</title></head>
<body style="${STYLES.body}"><div style="${STYLES.card}">
${body.join("\n")}
</div></body></html>
`;
}
