// The simulator bends traffic, so it listens and connects on this machine alone.
import { isIP } from "node:net";

/** Where a proxy listens or connects: a loopback address and a port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The address used when none is named. */
export const LOOPBACK_HOST = "127.0.0.1";

/** The highest port number. */
export const MAX_PORT = 65_535;

/**
 * `host` when it is a loopback address: 127.0.0.0/8, `::1`, or `localhost` (which is taken as 127.0.0.1 without asking a
 * resolver). Throws a RangeError naming `field` for anything else.
 */
export function requireLoopback(field: string, host: string): string {
  if (host === "localhost") return LOOPBACK_HOST;
  if (isIP(host) === 4 && host.startsWith("127.")) return host;
  if (host === "::1") return host;
  throw new RangeError(
    `${field} must be a loopback address, and was "${host}": use 127.0.0.1 (any 127.x.x.x), ::1 or localhost. ` +
      "The simulator does not stand in front of other machines.",
  );
}

/** `port` when it is a port number from `lowest` (0 lets the system choose). Throws a RangeError naming `field` otherwise. */
export function requirePort(field: string, port: number, lowest = 0): number {
  if (Number.isInteger(port) && port >= lowest && port <= MAX_PORT) return port;
  throw new RangeError(`${field} must be a whole number from ${lowest} to ${MAX_PORT}, and was ${port}: name a port.`);
}
