// What a CPU profile says: in which functions the time was spent, without those that they called.
import type { Profiler } from "node:inspector";
import { basename } from "node:path";

/** One function's own share of a profile. */
export interface SelfTime {
  readonly name: string;
  /** File name and line; empty for what is not in a file. */
  readonly place: string;
  /** Share of all time but the idle, 0 to 1. */
  readonly share: number;
}

const IDLE = new Set(["(idle)", "(root)"]);

/** Functions by their own time, longest first. */
export function selfTimes({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): SelfTime[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const counts = new Map<string, number>();
  let total = 0;
  for (const [index, sample] of samples.entries()) {
    const frame = frames.get(sample);
    // What a sample found lasted until the next one.
    const microseconds = timeDeltas[index + 1] ?? 0;
    if (!frame || IDLE.has(frame.functionName)) continue;
    total += microseconds;
    const key = `${frame.functionName || "(anonymous)"}\t${placeOf(frame)}`;
    counts.set(key, (counts.get(key) ?? 0) + microseconds);
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([key, count]) => {
      const [name = "", place = ""] = key.split("\t");
      return { name, place, share: count / total };
    });
}

function placeOf({ url, lineNumber }: { readonly url: string; readonly lineNumber: number }): string {
  return url === "" ? "" : `${basename(url)}:${lineNumber + 1}`;
}
