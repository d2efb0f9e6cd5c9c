// Which cores the two sides of a trial run on, so that neither takes the other's time.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A command that runs the rest of its arguments on one core; empty where nothing can be pinned. */
export interface Cores {
  readonly server: readonly string[];
  readonly load: readonly string[];
  /** Why both run wherever the system puts them. */
  readonly unpinned?: string;
}

/** The first two cores that this process may use, by util-linux' `taskset`. */
export function findCores(): Cores {
  const allowed = allowedCores();
  const nowhere = { server: [], load: [] };
  if (allowed.length < 2) return { ...nowhere, unpinned: "there is one core: server and load share it" };
  if (spawnSync("taskset", ["--version"]).status !== 0) {
    return { ...nowhere, unpinned: "taskset (util-linux) is missing: server and load are not pinned" };
  }
  const on = (core: number): string[] => ["taskset", "--cpu-list", String(core)];
  return { server: on(allowed[0]!), load: on(allowed[1]!) };
}

/** Numbers of a list such as `0-2,5`, as Linux writes it. */
export function parseCoreList(list: string): number[] {
  return list
    .trim()
    .split(",")
    .filter((part) => part !== "")
    .flatMap((part) => {
      const [first = Number.NaN, last = first] = part.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

function allowedCores(): number[] {
  try {
    const line = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync("/proc/self/status", "utf8"));
    return parseCoreList(line?.[1] ?? "");
  } catch {
    // Not Linux: nothing is pinned there.
    return [];
  }
}
