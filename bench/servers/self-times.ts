// What a CPU profile says: in which functions the time was spent, without those that they called.
import type { Profiler } from "node:inspector";
import { pathToFileURL } from "node:url";

/** One function's own share of a profile. */
export interface SelfTime {
  readonly name: string;
  /** File and line, from the root of this repository or of the packages; empty for what is not in a file. */
  readonly place: string;
  /** Share of all time but the idle, 0 to 1. */
  readonly share: number;
}

const PACKAGES = "/node_modules/";
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

/** The time of all functions of one folder, longest first: a package, a folder of ours and its first inside, or Node itself. */
export function folderTimes(times: readonly SelfTime[]): readonly { folder: string; share: number }[] {
  const shares = new Map<string, number>();
  for (const { name, place, share } of times) {
    const folder = place === "" ? name : place.startsWith("node:") ? "node:" : place.split("/").slice(0, 2).join("/");
    shares.set(folder, (shares.get(folder) ?? 0) + share);
  }
  return [...shares].map(([folder, share]) => ({ folder, share })).sort((a, b) => b.share - a.share);
}

function placeOf({ url, lineNumber }: { readonly url: string; readonly lineNumber: number }): string {
  if (url === "") return "";
  const ours = pathToFileURL(`${process.cwd()}/`).href;
  const at = url.lastIndexOf(PACKAGES);
  const file = at >= 0 ? url.slice(at + PACKAGES.length) : url.startsWith(ours) ? url.slice(ours.length) : url;
  return `${file}:${lineNumber + 1}`;
}
