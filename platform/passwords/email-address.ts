// One spelling for each e-mail address, so that one mailbox is one identity.
import { domainToASCII } from "node:url";

/** Longest address, in characters (RFC 5321, section 4.5.3.1.3, without the angle brackets). */
export const MAX_EMAIL_LENGTH = 254;

/** Longest part before the @, in characters (RFC 5321, section 4.5.3.1.1). */
const MAX_LOCAL_LENGTH = 64;

/** What may stand before the @ without quotes (RFC 5322, `dot-atom`), and letters of other scripts (RFC 6531). */
const LOCAL_PART = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;

const DOMAIN = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The address as identities know it: without space around it, composed (NFC), in lower case, its domain in ASCII. Undefined
 * for what is no address a mail could be sent to. Dots and +tags are kept: what they mean is the mailbox's own affair.
 */
export function normalizeEmailAddress(address: string): string | undefined {
  if (address.length > MAX_EMAIL_LENGTH) return undefined;
  const text = address.trim().normalize("NFC").toLowerCase();
  const at = text.lastIndexOf("@");
  const local = text.slice(0, Math.max(at, 0));
  const domain = domainToASCII(text.slice(at + 1));
  if (local.length > MAX_LOCAL_LENGTH || !LOCAL_PART.test(local) || !DOMAIN.test(domain)) return undefined;
  const whole = `${local}@${domain}`;
  return whole.length > MAX_EMAIL_LENGTH ? undefined : whole;
}

/** What an address is found by: its one spelling, and for what is no address of ours the text in lower case, as good as any. */
export function emailSubject(address: string): string {
  return normalizeEmailAddress(address) ?? address.trim().toLowerCase();
}
