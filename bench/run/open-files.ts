// How many connections one process may have, as the system bounds its open files.
import { readFileSync } from "node:fs";

/** Files that a process of the bed has open beside its clients' sockets. */
const OTHER_FILES = 200;

/**
 * The most files this process, and one that it starts, may have open; `undefined` where nothing says. Node raises its own
 * bound to the hard one, so that is the one that counts.
 */
export function maxOpenFiles(limits: string = readLimits()): number | undefined {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
  if (hard === undefined) return undefined;
  return hard === "unlimited" ? Number.POSITIVE_INFINITY : Number(hard);
}

/** Why so many clients cannot be connected to one process here, and what to do; `undefined` when they can. */
export function refuseClients(clients: number, maxFiles: number | undefined = maxOpenFiles()): string | undefined {
  const needed = clients + OTHER_FILES;
  if (maxFiles === undefined || needed <= maxFiles) return undefined;
  const fewer = Math.max(0, maxFiles - OTHER_FILES);
  return `${clients} clients take ${needed} open files a process, and here ${maxFiles} are allowed: raise it (ulimit -Hn ${needed}, as root), or give --clients ${fewer}.`;
}

function readLimits(): string {
  try {
    return readFileSync("/proc/self/limits", "utf8");
  } catch {
    // Not Linux: the first connection too many tells.
    return "";
  }
}
