// A process and everything it started, as /proc has it: which are alive, and how much memory they share out.
import { readdirSync, readFileSync } from "node:fs";

/** Process ids of `root` and all its descendants that are alive now. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    const parent = Number.isInteger(pid) ? parentOf(pid) : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const tree = isAlive(root) ? [root] : [];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/** Whether a process runs; one that has ended and was not yet asked for its exit code does not. */
export function isAlive(pid: number): boolean {
  return parentOf(pid) !== undefined;
}

/** Memory of all these processes together, in bytes: each page counted once, shared among those who map it (PSS). */
export function memoryBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? "")?.[1] ?? "0";
    return sum + Number(kilobytes) * 1024;
  }, 0);
}

/** How a process was started, in short: the last part of its command line. */
export function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`)?.split("\0").filter(Boolean).at(-1) ?? "gone";
}

function parentOf(pid: number): number | undefined {
  // `pid (name) state parent …`; the name may hold spaces and brackets.
  const fields = read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, "")
    .split(" ");
  const [state, parent] = fields ?? [];
  return state === undefined || state === "Z" ? undefined : Number(parent);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // It ended while we looked.
  }
}
