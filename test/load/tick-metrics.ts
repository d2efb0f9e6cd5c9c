// What a game server's own metrics say of the ticks between two moments.

const METRIC = "game_tick_duration_seconds";

/** Counters of one moment. */
export interface TickMetrics {
  /** Upper bounds in seconds, and how many ticks took at most that. */
  readonly buckets: readonly (readonly [bound: number, count: number])[];
  readonly sumSeconds: number;
  readonly late: number;
  readonly cpuSeconds: number;
}

/** Reads the metrics of one mode. */
export async function tickMetrics(opsUrl: string, mode: string): Promise<TickMetrics> {
  const lines = (await (await fetch(`${opsUrl}/metrics`)).text()).split("\n");
  const numberIn = (line: string | undefined): number => Number(line?.split(" ").at(-1) ?? 0);
  const labelled = (name: string): string | undefined =>
    lines.find((line) => line.startsWith(`${name}{`) && line.includes(`mode="${mode}"`));
  return {
    buckets: lines
      .filter((line) => line.startsWith(`${METRIC}_bucket{`) && line.includes(`mode="${mode}"`))
      .map((line) => [boundOf(line), numberIn(line)] as const),
    sumSeconds: numberIn(labelled(`${METRIC}_sum`)),
    late: numberIn(labelled("game_late_ticks_total")),
    cpuSeconds: numberIn(lines.find((line) => line.startsWith("process_cpu_seconds_total "))),
  };
}

/** The ticks between two moments, in words and milliseconds. */
export function describeTicks(before: TickMetrics, after: TickMetrics): string {
  const counts = after.buckets.map(
    ([bound, count], index) => [bound, count - (before.buckets[index]?.[1] ?? 0)] as const,
  );
  const total = counts.at(-1)?.[1] ?? 0;
  const within = (share: number): string => {
    const index = counts.findIndex(([, count]) => count >= share * total);
    const ms = (at: number): string => ((counts[at]?.[0] ?? 0) * 1000).toFixed(1);
    return `${ms(index - 1)} to ${ms(index)} ms`;
  };
  const meanMs = ((after.sumSeconds - before.sumSeconds) / total) * 1000;
  return (
    `${total} ticks, mean ${meanMs.toFixed(2)} ms, p50 in ${within(0.5)}, p99 in ${within(0.99)}, ` +
    `late ${after.late - before.late}`
  );
}

function boundOf(line: string): number {
  const bound = /le="([^"]+)"/.exec(line)?.[1] ?? "";
  return bound === "+Inf" ? Number.POSITIVE_INFINITY : Number(bound);
}
