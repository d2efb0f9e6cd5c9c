// What a reader of a mailbox may do: the mailbox of development, whose mails go nowhere else.

/** A mail that is kept. `name` is its own in the mailbox; `receivedAt` is ISO 8601. */
export interface KeptMail {
  readonly name: string;
  readonly id: string;
  readonly receivedAt: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A mailbox to look into. */
export interface Mailbox {
  /** The kept mails, newest first. */
  list(): Promise<KeptMail[]>;
  /** The mail of this name, or undefined. */
  read(name: string): Promise<KeptMail | undefined>;
}
