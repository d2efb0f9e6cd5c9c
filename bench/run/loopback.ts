// What has passed over this machine's loopback device, as Linux counts it: every packet once, with its IP header.
import { readFileSync } from "node:fs";

/** Totals since the device came up. */
export interface LoopbackCounts {
  readonly bytes: number;
  readonly packets: number;
}

/** The totals now, whoever caused them; `undefined` where the system does not say. */
export function loopbackCounts(): LoopbackCounts | undefined {
  try {
    return parseLoopbackCounts(readFileSync("/proc/net/dev", "utf8"));
  } catch {
    return undefined; // Not Linux.
  }
}

/** Received bytes and packets of `lo` in the text of /proc/net/dev; `undefined` when it has no such row. */
export function parseLoopbackCounts(text: string): LoopbackCounts | undefined {
  const [, bytes, packets] = /^\s*lo:\s*(\d+)\s+(\d+)/m.exec(text) ?? [];
  return bytes === undefined ? undefined : { bytes: Number(bytes), packets: Number(packets) };
}
