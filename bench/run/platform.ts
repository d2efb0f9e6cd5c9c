// `npm run bench -- platform`: what the platform process answers in a second on one core, and what a request costs it.
import { parseArgs } from "node:util";
import { CONNECTIONS, PLATFORM_REQUESTS, type PlatformFigures, type PlatformRequest } from "../load/platform-load.ts";
import type { ServerFigures } from "../servers/measured-server.ts";
import { BenchProcess } from "./bench-process.ts";
import { findCores } from "./cores.ts";
import { keepPlatform, type PlatformTrial, platformTable, platformTrial } from "./platform-results.ts";
import { describeMachine } from "./results.ts";

const REQUESTS = Object.keys(PLATFORM_REQUESTS) as PlatformRequest[];
const QUICK = { rounds: 1, seconds: 0.5, warmUpSeconds: 0.3 } as const;

const HELP = `Usage: npm run bench -- platform [--rounds 5] [--seconds 4] [--warm-up 2] [--quick] [--no-keep]

Requests a second, CPU a request and time to the answer, of the platform with its embedded stores (PGlite and memory), or with
Postgres and Redis where DATABASE_URL and REDIS_URL name them; players are made in that database and stay there. ${CONNECTIONS}
connections ask, wait and ask again. Kept in bench/results/platform/; --quick is one short round, of which nothing is kept.

Requests:
${Object.entries(PLATFORM_REQUESTS)
  .map(([name, what]) => `  ${name.padEnd(24)}${what}`)
  .join("\n")}
`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
    "warm-up": { type: "string", default: "2" },
    quick: { type: "boolean", default: false },
    "no-keep": { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else process.exit((await main()) ? 0 : 1);

/** Whether every request was answered as it should be. */
async function main(): Promise<boolean> {
  const rounds = values.quick ? QUICK.rounds : numberOf("rounds", 1, 100);
  const seconds = values.quick ? QUICK.seconds : numberOf("seconds", 1, 600);
  const warmUpSeconds = values.quick ? QUICK.warmUpSeconds : numberOf("warm-up", 0, 600);
  const cores = findCores();
  const machine = describeMachine(cores.unpinned === undefined);
  const trials = Object.fromEntries(REQUESTS.map((name) => [name, [] as PlatformTrial[]]));
  const faults: string[] = [];
  for (let round = 1; round <= rounds; round++) {
    const server = await BenchProcess.start(cores.server, "bench/servers/platform.ts", []);
    const load = await BenchProcess.start(cores.load, "bench/load/platform-main.ts", []);
    try {
      await load.ask("start", await server.ask("describe"));
      for (const name of REQUESTS) {
        await load.ask("ask", name);
        await pause(warmUpSeconds);
        await server.ask("begin", false);
        await load.ask("begin");
        await pause(seconds);
        const seen = await load.ask<PlatformFigures>("end");
        const measured = await server.ask<ServerFigures>("end");
        await load.ask("rest");
        faults.push(...seen.faults.map((fault) => `${name}, round ${round}: ${fault}`));
        const trial = platformTrial(seen, measured);
        trials[name]!.push(trial);
        process.stderr.write(`platform, ${name}, round ${round}: ${trial.requestsPerSecond.toFixed(0)} requests/s\n`);
      }
    } finally {
      await load.stop();
      await server.stop();
    }
  }
  const result = { stores: storesGiven(), rounds, seconds, connections: CONNECTIONS, machine, trials };
  console.log(`\nplatform, ${result.stores}\n\n${platformTable(result)}\n`);
  for (const fault of faults) console.error(`wrong: ${fault}`);
  if (!values["no-keep"] && !values.quick && faults.length === 0) keepPlatform(result);
  return faults.length === 0;
}

function storesGiven(): string {
  const given = [process.env["DATABASE_URL"] && "postgres", process.env["REDIS_URL"] && "redis"].filter(Boolean);
  return given.length > 0 ? given.join("-") : "embedded";
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

function numberOf(option: "rounds" | "seconds" | "warm-up", min: number, max: number): number {
  const value = Number(values[option]);
  if (!(value >= min && value <= max)) throw new Error(`--${option}: give a number from ${min} to ${max}.`);
  return value;
}
