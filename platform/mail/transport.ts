// The port through which a finished mail leaves the process.

/** A mail as it is delivered: one recipient, plain text and the same as HTML. */
export interface MailMessage {
  /** Unique, and the same at every attempt: receivers drop what they have had already. Letters, digits and hyphens. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/**
 * Delivers mail, or says why not. `deliver` resolves once the message is somebody else's to keep, and rejects with
 * `DeliveryError`, within half a minute. Nothing in a message can add a header or a recipient to it.
 */
export interface MailTransport {
  deliver(message: MailMessage): Promise<void>;
  /** Ends connections. Nothing may be delivered afterwards. */
  close(): Promise<void>;
}

/** A message was not delivered; `isPermanent` when no further attempt can change that. */
export class DeliveryError extends Error {
  readonly isPermanent: boolean;

  constructor(message: string, isPermanent: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = "DeliveryError";
    this.isPermanent = isPermanent;
  }
}
