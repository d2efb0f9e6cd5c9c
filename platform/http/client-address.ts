// Where a request comes from, as far as the network and the proxies that we trust say.

import type { Context, MiddlewareHandler } from "hono";
import ipaddr from "ipaddr.js";
import type { AppEnv } from "./env.ts";

/** Most entries of `X-Forwarded-For` that are followed: a chain of proxies is short, a forged header need not be. */
const MAX_HOPS = 16;

/** What stands for an address that is not known. */
const UNKNOWN = "unknown";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Whether `text` is an address or a network such as `10.0.0.0/8`, as `TRUSTED_PROXIES` lists them. */
export function isNetwork(text: string): boolean {
  return ipaddr.isValidCIDR(text) || (ipaddr.isValid(text) && /[.:]/.test(text));
}

/**
 * Finds the client's address. It is the peer's, unless the peer is one of `trustedProxies` (addresses and networks): then
 * the last entry of `X-Forwarded-For` that no trusted proxy has, since each proxy adds the address it was called from at
 * the end. Whatever stands before that anybody may have written. The header `Forwarded` is not read.
 */
export function clientAddress(trustedProxies: readonly string[]): MiddlewareHandler<AppEnv> {
  const networks = trustedProxies.map(networkOf);
  const isTrusted = (address: Address) =>
    networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
  return async (c, next) => {
    let address = parse(peerOf(c) ?? "");
    if (networks.length > 0 && address !== undefined && isTrusted(address)) {
      const hops = (c.req.header("X-Forwarded-For") ?? "").split(",").slice(-MAX_HOPS);
      for (const hop of hops.reverse()) {
        const before = parse(hop);
        if (before === undefined) break;
        address = before;
        if (!isTrusted(before)) break;
      }
    }
    c.set("address", address?.toString() ?? UNKNOWN);
    await next();
  };
}

/** The client's whole address, such as `203.0.113.7` or `2001:db8::1`; `unknown` when there is none, as in some tests. */
export function clientAddressOf(c: Context<AppEnv>): string {
  return c.get("address") ?? parse(peerOf(c) ?? "")?.toString() ?? UNKNOWN;
}

/**
 * Whose requests are counted together: the client's address, for IPv6 its /64 network, since one household has all of
 * that.
 */
export function addressOf(c: Context<AppEnv>): string {
  return householdOf(clientAddressOf(c));
}

/** The same for an address as text: of IPv6 the /64 network, so that nobody is somebody else by the next address in it. */
export function householdOf(text: string): string {
  const address = parse(text);
  if (address === undefined) return text;
  if (!isIPv6(address)) return address.toString();
  const network = address.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(":")}::/64`;
}

function peerOf(c: Context<AppEnv>): string | undefined {
  return c.env?.incoming?.socket.remoteAddress;
}

/** Reads an address as sockets and proxies write it: with a zone, in brackets, with a port; IPv4 inside IPv6 becomes IPv4. */
function parse(text: string): Address | undefined {
  const bare = text
    .trim()
    .replace(/^\[([^\]]*)\](?::\d+)?$/, "$1")
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1")
    .split("%", 1)[0];
  if (bare === undefined || !/[.:]/.test(bare) || !ipaddr.isValid(bare)) return undefined;
  return ipaddr.process(bare);
}

function networkOf(text: string): [Address, number] {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  const address = ipaddr.process(text);
  return [address, isIPv6(address) ? 128 : 32];
}

function isIPv6(address: Address): address is ipaddr.IPv6 {
  return address.kind() === "ipv6";
}
