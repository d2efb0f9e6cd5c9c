// Mail by SMTP (RFC 5321), by nodemailer: a few connections that are kept, TLS where it is promised, and time limits.
import { createTransport } from "nodemailer";
import { DeliveryError, type MailMessage, type MailTransport } from "./transport.ts";

/** Connections to the server at one time, and messages over one before it is opened anew. */
const POOL = { maxConnections: 4, maxMessages: 100 } as const;

/** Longest to connect, to be greeted, and to be silent; milliseconds. Together below what the port promises. */
const TIMEOUTS_MS = {
  connectionTimeout: 8_000,
  greetingTimeout: 8_000,
  socketTimeout: 12_000,
  dnsTimeout: 5_000,
} as const;

/** Longest that a whole delivery may take, the wait for a connection included; milliseconds. */
const DELIVERY_DEADLINE_MS = 30_000;

/** What `SmtpTransport` needs. `from` is `Name <address>`. */
export interface SmtpOptions {
  /** `smtp://user:password@host:587`, which asks for STARTTLS, or `smtps://…:465`. */
  readonly url: string;
  readonly from: string;
  /** Whether a server on `smtp://` may do without TLS; by default only one on this machine. */
  readonly isPlainAllowed?: boolean;
  readonly deadlineMs?: number;
}

type Pool = ReturnType<typeof newPool>;

/** `MailTransport` over an SMTP server. */
export class SmtpTransport implements MailTransport {
  readonly #pool: Pool;
  readonly #from: string;
  readonly #deadlineMs: number;

  constructor(options: SmtpOptions) {
    this.#pool = newPool(options);
    this.#from = options.from;
    this.#deadlineMs = options.deadlineMs ?? DELIVERY_DEADLINE_MS;
  }

  async deliver(message: MailMessage): Promise<void> {
    const domain = this.#from.slice(this.#from.lastIndexOf("@") + 1).replace(/>.*$/, "");
    const sending = this.#pool.sendMail({
      from: this.#from,
      // An object is one address; a text would be parsed as a list of them.
      to: { name: "", address: message.to },
      messageId: `<${message.id}@${domain}>`,
      subject: message.subject,
      text: message.text,
      html: message.html,
      // Nobody is to answer by machine (RFC 3834), and no list keeps it.
      headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      await withDeadline(sending, this.#deadlineMs);
    } catch (error) {
      throw asDeliveryError(error);
    }
  }

  async close(): Promise<void> {
    this.#pool.close();
  }
}

function newPool({ url, isPlainAllowed }: SmtpOptions) {
  const { protocol, hostname, port, username, password } = new URL(url);
  const mayBePlain = isPlainAllowed ?? /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
  const isSecure = protocol === "smtps:";
  return createTransport({
    pool: true,
    ...POOL,
    ...TIMEOUTS_MS,
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (isSecure ? 465 : 587) : Number(port),
    secure: isSecure,
    // Without this a listener on the way could strip STARTTLS from the greeting and read the codes.
    requireTLS: !isSecure && !mayBePlain,
    ignoreTLS: !isSecure && mayBePlain,
    ...(username === "" ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
  });
}

async function withDeadline(sending: Promise<unknown>, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DeliveryError("The SMTP server took too long.", false)), deadlineMs);
  });
  try {
    await Promise.race([sending, late]);
  } finally {
    clearTimeout(timer);
    // When the deadline won, nobody else hears how the delivery ended.
    sending.catch(() => undefined);
  }
}

/**
 * A 5xx answer to this message's recipient or content is for good (RFC 5321, section 4.2.1). Everything before that,
 * such as refused credentials, is the server's or ours to mend, and the message waits for it.
 */
function asDeliveryError(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const { responseCode, command, message } = error as { responseCode?: number; command?: string; message?: string };
  const isAboutMessage = command === undefined || /^(RCPT TO|DATA)$/.test(command);
  const isPermanent = responseCode !== undefined && responseCode >= 500 && isAboutMessage;
  return new DeliveryError(`SMTP: ${message ?? "unknown"}`, isPermanent, { cause: error });
}
