// What another process has used, as Linux counts it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Fields of `/proc/<pid>/stat` after the name in brackets, counted from 0: see proc_pid_stat(5). */
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

let ticksPerSecond: number | undefined;

/** Processor time that a process has used since it began, its threads' included. Throws when there is no such process. */
export function processCpuMicroseconds(pid: number): number {
  ticksPerSecond ??= Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name may have spaces and brackets of its own.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) / ticksPerSecond) * 1e6;
}

/** Resident memory of a process. Throws when there is no such process. */
export function processRssBytes(pid: number): number {
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  if (rss === undefined) throw new Error(`Process ${pid} has no VmRSS.`);
  return Number(rss) * 1024;
}
