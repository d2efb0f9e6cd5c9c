// A scenario that is no game played: its peers by turns, round after round, so that whatever the machine does meets them all.
import { parseArgs } from "node:util";
import { findCores } from "./cores.ts";
import { OTHER_LAYOUTS } from "./other-layouts.ts";
import { describeMachine, keepResult, type ScenarioResult } from "./results.ts";
import { tableOf } from "./table.ts";

const MAX_ROUNDS = 100;
const MAX_SECONDS = 3_600;

/** What one trial gave. */
export interface SideOutcome {
  readonly trial: object;
  readonly faults: readonly string[];
}

/** A scenario and how one trial of it runs. */
export interface SideBySide {
  readonly scenario: keyof typeof OTHER_LAYOUTS & string;
  readonly what: string;
  /** What `--clients` counts, in a few words. */
  readonly counted: string;
  readonly clients: number;
  readonly quickClients: number;
  readonly maxClients: number;
  /** By name, with what they are. */
  readonly peers: Readonly<Record<string, string>>;
  /** Length of a trial; left out where it takes as long as it takes. */
  readonly seconds?: { readonly usual: number; readonly quick: number };
  /** The heading of a point. */
  readonly nameOf: (clients: number) => string;
  /** Why so many cannot be had here; `undefined` when they can. */
  readonly refuse?: (clients: number) => string | undefined;
  readonly runTrial: (peer: string, clients: number, seconds: number) => Promise<SideOutcome>;
}

/** A whole program: reads the command line, measures, prints the table, keeps the figures. Exits with 1 after a fault. */
export async function measureSideBySide(side: SideBySide): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      clients: { type: "string", default: String(side.clients) },
      seconds: { type: "string", default: String(side.seconds?.usual ?? 1) },
      peers: { type: "string", default: Object.keys(side.peers).join(",") },
      quick: { type: "boolean", default: false },
      "no-keep": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(helpOf(side));
    return;
  }
  const rounds = values.quick ? 1 : numberOf("rounds", values.rounds, MAX_ROUNDS);
  const clients = values.quick ? side.quickClients : numberOf("clients", values.clients, side.maxClients);
  const seconds = values.quick ? (side.seconds?.quick ?? 1) : numberOf("seconds", values.seconds, MAX_SECONDS);
  const refusal = side.refuse?.(clients);
  if (refusal !== undefined) throw new Error(refusal);
  const peers = values.peers.split(",");
  for (const peer of peers) {
    if (!(peer in side.peers)) throw new Error(`--peers ${peer}: choose among ${Object.keys(side.peers).join(", ")}.`);
  }
  const machine = describeMachine(findCores().unpinned === undefined);
  const trials = new Map<string, object[]>(peers.map((peer) => [peer, []]));
  const faults: string[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const peer of peers) {
      const outcome = await side.runTrial(peer, clients, seconds);
      trials.get(peer)!.push(outcome.trial);
      faults.push(...outcome.faults.map((fault) => `${side.scenario}, ${peer}, round ${round}: ${fault}`));
      process.stderr.write(`${side.scenario}, ${peer}, round ${round}\n`);
    }
  }
  const point = {
    name: side.nameOf(clients),
    clients,
    peers: Object.fromEntries([...trials].map(([peer, all]) => [peer, { trials: all }])),
  };
  const { scenario, what } = side;
  const result: ScenarioResult<object> = {
    ...{ scenario, what, rounds, machine, points: [point] },
    ...(side.seconds && { seconds }),
  };
  console.log(`\n${scenario}, ${point.name}\n\n${tableOf(point, OTHER_LAYOUTS[scenario])}`);
  for (const fault of faults) console.error(`wrong: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  else if (!values.quick && !values["no-keep"]) keepResult(result);
}

function helpOf({ scenario, what, counted, clients, maxClients, seconds, peers }: SideBySide): string {
  const lasting = seconds ? `\n  --seconds n   length of a trial; ${seconds.usual} by default` : "";
  return `Usage: npm run bench -- ${scenario} [options]

${what}. Kept in bench/results/${scenario}.json.

Options:
  --peers a,b   whom to measure, by turns; all by default
  --clients n   ${counted}, 1 to ${maxClients}; ${clients} by default
  --rounds n    trials of each peer; 5 by default${lasting}
  --quick       one short round, to see that everything works; nothing is kept
  --no-keep     leaves bench/results/ as it is

Peers:
${Object.entries(peers)
  .map(([name, about]) => `  ${name.padEnd(24)}${about}`)
  .join("\n")}
`;
}

function numberOf(option: string, text: string, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new Error(`--${option} ${text}: give a whole number from 1 to ${max}.`);
}
