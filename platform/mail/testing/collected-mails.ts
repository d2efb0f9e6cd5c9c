// A way out for mail that ends in memory, and fails as it is told to.
import type { MailMessage, MailTransport } from "../transport.ts";

/** `MailTransport` for tests of what is sent. */
export class CollectedMails implements MailTransport {
  readonly messages: MailMessage[] = [];
  /** Called at every attempt, before the message counts as delivered; what it throws is how the delivery fails. */
  onDeliver: (message: MailMessage) => void | Promise<void> = () => undefined;

  async deliver(message: MailMessage): Promise<void> {
    await this.onDeliver(message);
    this.messages.push(message);
  }

  async close(): Promise<void> {}

  /** The newest message to this address. Throws when there is none. */
  lastTo(address: string): MailMessage {
    const found = this.messages.findLast(({ to }) => to === address);
    if (found === undefined) throw new Error(`No mail went to ${address}.`);
    return found;
  }
}

/** The code and the code's id that a mail's link carries. Throws when it has no link. */
export function linkedCode({ text }: MailMessage): { codeId: string; code: string; purpose: string } {
  const fragment = /^https?:\/\/[^\s#]+#(\S+)$/m.exec(text)?.[1];
  if (fragment === undefined) throw new Error(`No link in: ${text}`);
  const given = new URLSearchParams(fragment);
  return { codeId: given.get("id") ?? "", code: given.get("code") ?? "", purpose: given.get("purpose") ?? "" };
}
