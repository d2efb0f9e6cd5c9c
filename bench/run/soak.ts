// `npm run bench -- soak`: this server for half an hour while players come, stay a random while and go. Fails when its memory grows.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Scene } from "../games/scene.ts";
import type { SoakFigures, SoakRequest } from "../load/soak-load.ts";
import { BenchProcess } from "./bench-process.ts";
import { findCores } from "./cores.ts";
import { drawLinePlot } from "./line-plot.ts";
import { growthOf, type MemorySample } from "./memory-growth.ts";
import { describeMachine, RESULTS } from "./results.ts";
import { MB, mb, SOAK_IMAGE, type SoakResult, soakOutcome } from "./soak-result.ts";

const SCENE: Scene = { tickHz: 30, roomSize: 16, movers: 0, halfSize: 24, sightRadius: 0 };
/** Of the whole run, and at most so long; the heap settles, pools fill, and code is compiled. */
const WARM_UP_SHARE = 0.2;
const MAX_WARM_UP_SECONDS = 180;
const PLOT = `docs/${SOAK_IMAGE}`;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    clients: { type: "string", default: "160" },
    stay: { type: "string", default: "30" },
    every: { type: "string" },
    "no-keep": { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

const HELP = `Usage: npm run bench -- soak [options]

Players come to rooms of ${SCENE.roomSize} at ${SCENE.tickHz} Hz, play, and leave; another takes the place of each. Heap and resident memory are looked at after
a collection of everything that can go. It fails when the median heap of the last third is above that of the first by more than 5 % and 2 MB, not
counting the first ${100 * WARM_UP_SHARE} % (at most ${MAX_WARM_UP_SECONDS} s), and when a client finds anything wrong. Kept in bench/results/soak.json and ${PLOT}.

Options:
  --minutes n   how long, 0.2 to 1440; 30 by default
  --clients n   players at any time, 1 to 2000; 160 by default
  --stay n      seconds that a player stays on the mean, 5 to 3600; 30 by default
  --every n     seconds between two looks; 10 by default, less in runs of less than two minutes
  --no-keep     leaves bench/results/ and the plot as they are
`;

if (values.help) process.stdout.write(HELP);
else process.exit((await soak()) ? 0 : 1);

/** Whether memory held and nothing was wrong. */
async function soak(): Promise<boolean> {
  const minutes = numberOf("minutes", values.minutes, 0.2, 1_440);
  const seconds = minutes * 60;
  const clients = numberOf("clients", values.clients, 1, 2_000);
  const staySeconds = numberOf("stay", values.stay, 5, 3_600);
  const everySeconds = values.every ? numberOf("every", values.every, 1, 600) : Math.min(10, seconds / 12);
  const machine = describeMachine(findCores().unpinned === undefined);
  const { samples, load } = await run({ seconds, clients, staySeconds, everySeconds });
  const growth = growthOf(samples, Math.min(MAX_WARM_UP_SECONDS, WARM_UP_SHARE * seconds));
  const { joins, snapshots } = load;
  const about = { scenario: "soak", what: "Players come, stay a random while and go", rounds: 1, seconds, machine };
  const result: SoakResult = { ...about, clients, staySeconds, joins, snapshots, growth, samples };
  console.log(soakOutcome(result));
  if (growth.isGrowing) console.error("wrong: the heap grows");
  const faults = load.joins < clients ? [...load.faults, `${load.joins} joins of ${clients} players`] : load.faults;
  for (const fault of faults) console.error(`wrong: ${fault}`);
  if (!values["no-keep"]) keep(result);
  return !growth.isGrowing && faults.length === 0;
}

interface Plan {
  readonly seconds: number;
  readonly clients: number;
  readonly staySeconds: number;
  readonly everySeconds: number;
}

async function run({ seconds, clients, staySeconds, everySeconds }: Plan) {
  const cores = findCores();
  const server = await BenchProcess.start(cores.server, "bench/servers/soaked-gamekeeper.ts", [JSON.stringify(SCENE)]);
  const load = await BenchProcess.start(cores.load, "bench/load/main.ts", []);
  try {
    const { port, seatsUrl } = await server.ask<{ port: number; seatsUrl: string }>("describe");
    const request: SoakRequest = { port, seatsUrl, scene: SCENE, clients, meanStayMs: staySeconds * 1000 };
    await load.ask("soak", request);
    const startedMs = performance.now();
    const samples: MemorySample[] = [];
    for (let dueMs = startedMs; dueMs < startedMs + seconds * 1000; ) {
      dueMs += everySeconds * 1000;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())));
      const memory = await server.ask<Omit<MemorySample, "seconds">>("sample");
      const { playing, joins } = await load.ask<SoakFigures>("soak so far");
      samples.push({ seconds: (performance.now() - startedMs) / 1000, ...memory });
      process.stderr.write(
        `${mb(memory.heapBytes)} heap, ${mb(memory.rssBytes)} RSS, ${playing} play, ${joins} joins\n`,
      );
    }
    return { samples, load: await load.ask<SoakFigures>("soak so far") };
  } finally {
    await load.stop();
    await server.stop();
  }
}

function keep(result: SoakResult): void {
  const { samples, clients } = result;
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, "soak.json"), `${JSON.stringify(result, rounded, 1)}\n`);
  const line = (name: string, read: (sample: MemorySample) => number) => ({
    name,
    points: samples.map((sample) => [sample.seconds / 60, read(sample) / MB] as const),
  });
  const lines = [line("resident", (sample) => sample.rssBytes), line("heap and buffers", (sample) => sample.heapBytes)];
  const maxMb = Math.max(...samples.map(({ rssBytes }) => rssBytes)) / MB;
  const plot = drawLinePlot({
    title: `soak: ${clients} players who come and go`,
    xLabel: "minutes",
    yLabel: "MB after collection",
    maxX: samples.at(-1)!.seconds / 60,
    maxY: 1.2 * maxMb,
    lines,
  });
  writeFileSync(PLOT, plot);
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(6)) : value;
}

function numberOf(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (value >= min && value <= max) return value;
  throw new Error(`--${option} ${text}: give a number from ${min} to ${max}.`);
}
