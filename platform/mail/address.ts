// Mail addresses: which we take, and when two are the same.
import { MailAddress } from "../../shared/schema/platform/index.ts";

/** Whether this is one mail address that we send to. */
export function isMailAddress(text: string): boolean {
  return MailAddress.safeParse(text).success;
}

/** What is the same for addresses that are the same: case does not matter, in practice not before the @ either. */
export function mailAddressKey(address: string): string {
  return address.toLowerCase();
}

/** Shows whose address it may be without telling it: `a***e@example.com`. */
export function maskedAddress(address: string): string {
  const at = Math.max(address.lastIndexOf("@"), 0);
  const last = at < 3 ? "" : address.slice(at - 1, at);
  return `${address.slice(0, Math.min(1, at))}***${last}${address.slice(at)}`;
}
