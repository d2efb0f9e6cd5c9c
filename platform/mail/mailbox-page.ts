// The mailbox of development in a browser: a list of mails, and each as its reader would see it. It shows codes, so it is
// for the operator's port alone.
import { escapeHtml } from "./escape-html.ts";
import type { KeptMail, Mailbox } from "./mailbox.ts";

/** Where the page is. */
export const MAILBOX_PATH = "/dev/mailbox";

/** How often the list looks for new mail, in seconds. */
const REFRESH_SECONDS = 5;

/** Our own pages: no script, nothing from elsewhere. A mail is shown in a frame of ours that may do even less. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A mail's HTML: styles only, in an origin of its own, whatever is written in it. Its links open outside of the frame. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

/** An answer of the page. */
export interface MailboxAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Answers a GET of `path` below `MAILBOX_PATH`; undefined for any other path. `host` is the request's `Host`: one that is a
 * domain name is refused, since a page of a stranger could have it point here (DNS rebinding).
 */
export async function mailboxAnswer(
  mailbox: Mailbox,
  path: string,
  host: string | undefined,
): Promise<MailboxAnswer | undefined> {
  if (path !== MAILBOX_PATH && !path.startsWith(`${MAILBOX_PATH}/`)) return undefined;
  if (!isLocalHost(host)) return plain(403, "Open the mailbox by localhost or by the address of the machine.\n");
  const [name = "", part = "", ...more] = path.slice(MAILBOX_PATH.length + 1).split("/");
  if (name === "") return page(200, listPage(await mailbox.list()));
  const mail = more.length === 0 ? await mailbox.read(name) : undefined;
  if (mail === undefined) return plain(404, "There is no such mail; the oldest are removed.\n");
  if (part === "html") return answer(200, "text/html; charset=utf-8", MAIL_POLICY, outOfFrame(mail.html), "SAMEORIGIN");
  if (part === "text") return plain(200, mail.text);
  if (part === "") return page(200, mailPage(mail));
  return plain(404, "A mail has /html and /text.\n");
}

/** An IP address, `localhost`, or a name without a dot, with or without a port. */
function isLocalHost(host: string | undefined): boolean {
  const name = (host ?? "").replace(/:\d+$/, "").toLowerCase();
  return /^(\[[0-9a-f:.]+\]|\d{1,3}(\.\d{1,3}){3}|([a-z0-9-]+\.)?localhost|[a-z0-9-]+)$/.test(name);
}

function page(status: number, body: string): MailboxAnswer {
  return answer(status, "text/html; charset=utf-8", PAGE_POLICY, body, "DENY");
}

function plain(status: number, body: string): MailboxAnswer {
  return answer(status, "text/plain; charset=utf-8", PAGE_POLICY, body, "DENY");
}

function answer(status: number, type: string, policy: string, body: string, frames: string): MailboxAnswer {
  const headers = {
    "Content-Type": type,
    "Content-Security-Policy": policy,
    "X-Frame-Options": frames,
    "Referrer-Policy": "no-referrer",
  };
  return { status, headers, body };
}

/** Links of the mail open in a tab of their own: what they lead to would not let itself be framed. */
function outOfFrame(html: string): string {
  return html.replace("<head>", '<head><base target="_blank">');
}

const STYLE = `
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1b1f24; background: #f2f3f5; }
main { max-width: 52rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.4rem; margin: 0 0 0.25rem; overflow-wrap: anywhere; }
.note { color: #57606a; margin: 0 0 1.25rem; font-size: 0.9rem; }
ol { list-style: none; margin: 0; padding: 0; background: #fff; border-radius: 10px; overflow: hidden; }
li + li { border-top: 1px solid #e4e6ea; }
li a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: 0.7rem 1rem; color: inherit; text-decoration: none; }
li a:hover, li a:focus-visible { background: #eef3fd; }
li strong { font-weight: 600; overflow-wrap: anywhere; }
li span, li time { color: #57606a; font-size: 0.875rem; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 0.1rem 1rem; margin: 0 0 1rem; font-size: 0.9rem; }
dt { color: #57606a; } dd { margin: 0; overflow-wrap: anywhere; }
iframe { width: 100%; height: 34rem; border: 1px solid #d6d9de; border-radius: 10px; background: #fff; }
pre { background: #fff; border-radius: 10px; padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.875rem; }
`;

function listPage(mails: readonly KeptMail[]): string {
  const rows = mails.map(
    ({ name, subject, to, receivedAt }) =>
      `<li><a href="${MAILBOX_PATH}/${escapeHtml(name)}"><strong>${escapeHtml(subject)}</strong><time datetime="${escapeHtml(receivedAt)}">${escapeHtml(shownTime(receivedAt))}</time><span>to ${escapeHtml(to)}</span></a></li>`,
  );
  const list =
    rows.length === 0 ? "<p>No mail yet. What the platform sends will be here.</p>" : `<ol>\n${rows.join("\n")}\n</ol>`;
  return shell(
    "Mailbox",
    `<h1>Mailbox</h1>\n<p class="note">Mail of this platform, which goes nowhere else. Newest first; the page looks for more by itself.</p>\n${list}`,
    `<meta http-equiv="refresh" content="${REFRESH_SECONDS}">`,
  );
}

function mailPage({ name, subject, to, receivedAt, text }: KeptMail): string {
  return shell(
    subject,
    `<p class="note"><a href="${MAILBOX_PATH}">← Mailbox</a></p>
<h1>${escapeHtml(subject)}</h1>
<dl><dt>To</dt><dd>${escapeHtml(to)}</dd><dt>At</dt><dd>${escapeHtml(shownTime(receivedAt))}</dd></dl>
<iframe src="${MAILBOX_PATH}/${escapeHtml(name)}/html" title="The mail" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
<h2>As plain text</h2>
<pre>${escapeHtml(text)}</pre>`,
  );
}

function shell(title: string, body: string, head = ""): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>${head}
<link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body><main>
${body}
</main></body></html>
`;
}

function shownTime(iso: string): string {
  return `${iso.slice(0, 19).replace("T", " ")} UTC`;
}
