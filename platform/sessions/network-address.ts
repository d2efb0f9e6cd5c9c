// Addresses of clients as the database compares them.
import { isIP, isIPv4 } from "node:net";

/** Shortest prefixes that may be banned, and the longest for IPv6: what we know of an IPv6 client is its /64 network. */
export const RANGE_PREFIX = { ipv4: { min: 8, max: 32 }, ipv6: { min: 19, max: 64 } } as const;

/** The text as Postgres' `inet` takes it: an address, or a network with its prefix; undefined for anything else. */
export function inetOf(text: string): string | undefined {
  const [address = "", prefix, ...rest] = text.split("/");
  if (rest.length > 0 || isIP(address) === 0 || address.includes("%")) return undefined;
  if (prefix === undefined) return address;
  const longest = isIPv4(address) ? 32 : 128;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= longest ? `${address}/${prefix}` : undefined;
}

/**
 * A range that may be banned, as Postgres' `cidr` takes it: the bits behind the prefix are zero, and a single IPv6 address
 * becomes its /64 network. Undefined when it is no address, or wider than `RANGE_PREFIX` allows.
 */
export function cidrOf(text: string): string | undefined {
  const known = inetOf(text.trim());
  if (known === undefined) return undefined;
  const [address = "", given] = known.split("/");
  const isFour = isIPv4(address);
  const bounds = isFour ? RANGE_PREFIX.ipv4 : RANGE_PREFIX.ipv6;
  const prefix = Math.min(given === undefined ? bounds.max : Number(given), bounds.max);
  if (prefix < bounds.min) return undefined;
  const bytes = isFour ? address.split(".").map(Number) : bytesOfIPv6(address);
  const kept = bytes.map((byte, index) => byte & (0xff << Math.max(0, 8 - Math.max(0, prefix - index * 8))) & 0xff);
  return `${isFour ? kept.join(".") : textOfIPv6(kept)}/${prefix}`;
}

function bytesOfIPv6(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  const gap = new Array<number>(Math.max(0, 16 - left.length - right.length)).fill(0);
  return [...left, ...gap, ...right];
}

/** Two bytes a group; the last may be an IPv4 address. */
function groupsOf(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

function textOfIPv6(bytes: readonly number[]): string {
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16));
  return groups.join(":");
}
