// `npm run bench -- accounts`: sign-ins and token checks a second, of the platform beside better-auth and Nakama.
import { parseArgs } from "node:util";
import { ACCOUNT_REQUESTS, type AccountDialect, type AccountRequest, REQUESTS_OF } from "../load/account-requests.ts";
import { type AccountsFigures, type AccountsRequest, CONNECTIONS } from "../load/accounts-load.ts";
import { missingBetterAuth } from "../servers/better-auth/install.ts";
import type { Account, Description, ServerFigures } from "../servers/measured-server.ts";
import { missingForNakama, missingPostgres } from "../servers/nakama/missing.ts";
import { type AccountsTrial, accountsTrial, pointsOf } from "./accounts-results.ts";
import { BenchProcess } from "./bench-process.ts";
import { findCores } from "./cores.ts";
import { OTHER_LAYOUTS } from "./other-layouts.ts";
import { describeMachine, keepResult } from "./results.ts";
import { tableOf } from "./table.ts";

interface AccountsPeer {
  readonly what: string;
  readonly dialect: AccountDialect;
  readonly program: string;
  readonly args: readonly string[];
  /** Why it cannot run here; `undefined` when it can. */
  readonly missing: () => string | undefined;
  /** Whether `--quick` does without it, because it has to be fetched or built. */
  readonly isSlowToGet?: boolean;
}

const PEERS: Readonly<Record<string, AccountsPeer>> = {
  gamekeeper: {
    what: "this project's platform, whole, with Postgres",
    dialect: "gamekeeper",
    program: "bench/servers/platform-accounts.ts",
    args: ["postgres"],
    missing: missingPostgres,
  },
  "gamekeeper-embedded": {
    what: "the same with its embedded database (PGlite)",
    dialect: "gamekeeper",
    program: "bench/servers/platform-accounts.ts",
    args: ["embedded"],
    missing: () => undefined,
  },
  "better-auth": {
    what: "better-auth 1.6.9 with Postgres behind its own adapter for node:http; passwords, guests, bearer tokens",
    dialect: "better-auth",
    program: "bench/servers/better-auth-accounts.ts",
    args: [],
    missing: () => missingPostgres() ?? missingBetterAuth(),
    isSlowToGet: true,
  },
  nakama: {
    what: "Nakama 3.40.0 with Postgres: device and e-mail authentication over its HTTP API; written in Go",
    dialect: "nakama",
    program: "bench/servers/nakama-accounts.ts",
    args: [],
    missing: missingForNakama,
    isSlowToGet: true,
  },
};
const REQUESTS = Object.keys(ACCOUNT_REQUESTS) as AccountRequest[];
const QUICK = { rounds: 1, seconds: 0.5, warmUpSeconds: 0.3, accounts: CONNECTIONS, guests: CONNECTIONS } as const;
/** More than there are connections, so that no account has more sessions in a trial than it may keep. */
const ACCOUNTS = 2 * CONNECTIONS;
const GUESTS = 8 * CONNECTIONS;

const HELP = `Usage: npm run bench -- accounts [--rounds 5] [--seconds 4] [--warm-up 2] [--peers a,b] [--quick] [--no-keep]

Sign-ins and token checks a second on one core, CPU a request, time to the answer, and the delay of the event loop meanwhile.
${CONNECTIONS} connections ask, wait and ask again. Kept in bench/results/accounts.json; --quick is one short round of our own, of
which nothing is kept.

Peers:
${Object.entries(PEERS)
  .map(([name, { what }]) => `  ${name.padEnd(24)}${what}`)
  .join("\n")}

Requests:
${Object.entries(ACCOUNT_REQUESTS)
  .map(([name, what]) => `  ${name.padEnd(24)}${what}`)
  .join("\n")}
`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
    "warm-up": { type: "string", default: "2" },
    peers: { type: "string" },
    quick: { type: "boolean", default: false },
    "no-keep": { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else process.exit((await main()) ? 0 : 1);

/** Whether every request was answered as it should be. */
async function main(): Promise<boolean> {
  const options = values.quick
    ? QUICK
    : {
        rounds: numberOf("rounds", 1, 100),
        seconds: numberOf("seconds", 1, 600),
        warmUpSeconds: numberOf("warm-up", 0, 600),
        accounts: ACCOUNTS,
        guests: GUESTS,
      };
  const names = peersOf();
  const missing = new Map(names.map((name) => [name, PEERS[name]!.missing()]));
  const cores = findCores();
  const machine = describeMachine(cores.unpinned === undefined);
  const trials = new Map<string, Map<AccountRequest, AccountsTrial[]>>(names.map((name) => [name, new Map()]));
  const faults: string[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    for (const name of names) {
      if (missing.get(name) !== undefined) continue;
      const seen = await runPeer(PEERS[name]!, options);
      for (const [what, trial, found] of seen) {
        faults.push(...found.map((fault) => `accounts, ${what}, ${name}, round ${round}: ${fault}`));
        const all = trials.get(name)!;
        all.set(what, [...(all.get(what) ?? []), ...(trial ? [trial] : [])]);
        if (!trial) continue;
        process.stderr.write(`accounts, ${what}, ${name}, round ${round}: ${trial.requestsPerSecond.toFixed(0)}/s\n`);
      }
    }
  }
  const points = pointsOf(REQUESTS, CONNECTIONS, trials, missing);
  for (const point of points) console.log(`\naccounts, ${point.name}\n\n${tableOf(point, OTHER_LAYOUTS["accounts"])}`);
  for (const fault of faults) console.error(`wrong: ${fault}`);
  const what = "sign-ins and token checks of services of accounts, 32 connections at once, 4 for passwords";
  const { rounds, seconds } = options;
  if (!values["no-keep"] && !values.quick && faults.length === 0)
    keepResult({ scenario: "accounts", what, rounds, seconds, machine, points });
  return faults.length === 0;
}

type Seen = readonly [what: AccountRequest, trial: AccountsTrial | undefined, faults: readonly string[]];

/** One round of one peer: every request that it knows, at one server with accounts of its own. */
async function runPeer(
  { dialect, program, args }: AccountsPeer,
  options: { seconds: number; warmUpSeconds: number; accounts: number; guests: number },
): Promise<Seen[]> {
  const cores = findCores();
  const server = await BenchProcess.start(cores.server, program, args);
  const idle = await BenchProcess.start(cores.server, "bench/servers/idle-loop.ts", []);
  const load = await BenchProcess.start(cores.load, "bench/load/accounts-main.ts", []);
  const seen: Seen[] = [];
  try {
    const { port } = await server.ask<Description>("describe");
    const accounts = await server.ask<Account[]>("accounts", options.accounts);
    const guests = await server.ask<string[]>("guests", options.guests);
    for (const what of REQUESTS.filter((name) => REQUESTS_OF[dialect][name])) {
      await load.ask("ask", { port, dialect, what, accounts, guests } satisfies AccountsRequest);
      await pause(options.warmUpSeconds);
      await Promise.all([server.ask("begin", false), idle.ask("begin", false)]);
      await load.ask("begin");
      await pause(options.seconds);
      const figures = await load.ask<AccountsFigures>("end");
      const [measured, beside] = await Promise.all([server.ask<ServerFigures>("end"), idle.ask<ServerFigures>("end")]);
      // Too short a stretch on too slow a machine sees no answer; they still come, and are still looked at.
      const faults = await load.ask<string[]>("rest");
      const idleLoopDelayP99Ms = beside.loopDelayP99Ms ?? 0;
      seen.push([
        what,
        figures.requests > 0 ? accountsTrial(figures, measured, idleLoopDelayP99Ms) : undefined,
        faults,
      ]);
    }
  } finally {
    await load.stop();
    await idle.stop();
    await server.stop();
  }
  return seen;
}

function peersOf(): string[] {
  const names =
    values.peers?.split(",") ?? Object.keys(PEERS).filter((name) => !(values.quick && PEERS[name]!.isSlowToGet));
  for (const name of names) {
    if (!(name in PEERS)) throw new Error(`--peers ${name}: choose among ${Object.keys(PEERS).join(", ")}.`);
  }
  return names;
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

function numberOf(option: "rounds" | "seconds" | "warm-up", min: number, max: number): number {
  const value = Number(values[option]);
  if (!(value >= min && value <= max)) throw new Error(`--${option}: give a number from ${min} to ${max}.`);
  return value;
}
