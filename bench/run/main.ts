// `npm run bench -- arena|battle|world [options]`: measures this server beside its peers, and keeps the figures.
import { parseArgs } from "node:util";
import { folderTimes } from "../servers/self-times.ts";
import { isPeerName, PEERS, type PeerName, quickPeers, withTls } from "./peers.ts";
import { keepResult } from "./results.ts";
import { type RunOptions, runScenario } from "./run-scenario.ts";
import {
  arenaPoint,
  battlePoint,
  datagramsPoint,
  type Point,
  SCENARIOS,
  type Scenario,
  worldPoint,
} from "./scenarios.ts";
import { tableOf } from "./table.ts";

const PROFILE_ROWS = 25;
const PROFILE_FOLDERS = 12;
/** Whom `--tls` measures, with TLS and without, unless `--peers` says otherwise; stock's frames are bare `ws`' measure. */
const TLS_PEERS: readonly PeerName[] = ["gamekeeper", "stock-float32", "ws", "ws-ours"];
/** Long enough to find what is wrong, and too short to measure. */
const QUICK = { seconds: 1, warmUpSeconds: 0.5 } as const;

const HELP = `Usage: npm run bench -- <scenario> [options]

Scenarios:
${Object.entries(SCENARIOS)
  .map(([name, { what }]) => `  ${name.padEnd(18)}${what}`)
  .join("\n")}

Options:
  --peers a,b       whom to measure, by turns; of each scenario its own by default
  --clients n,m     numbers of players; of each scenario its own by default
  --movers n,m      for world: numbers of movers, one for each of --clients
  --rounds n        trials of each peer, 1 to 100; 5 by default
  --seconds n       length of a trial, 1 to 3600; 8 by default
  --warm-up n       seconds before it, 0 to 600; 3 by default
  --tls             measures the peers that can behind TLS too, each right after itself without; kept as <scenario>-tls
  --frame-bytes n   payload of the bare peers' frames; by default as measured of stock, or of us, in the first round
  --profile         the servers profile themselves in the first round; their figures of that round are worse for it
  --quick           one short round with few players, to see that everything works; nothing is kept
  --no-keep         leaves bench/results/ as it is

Peers:
${Object.entries(PEERS)
  .map(([name, { what }]) => `  ${name.padEnd(18)}${what}`)
  .join("\n")}
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: "string" },
    clients: { type: "string" },
    movers: { type: "string" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "8" },
    "warm-up": { type: "string", default: "3" },
    "frame-bytes": { type: "string" },
    tls: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    "no-keep": { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else process.exit((await main()) ? 0 : 1);

/** Whether everything was right; how long it took is never wrong. */
async function main(): Promise<boolean> {
  const names = positionals.length > 0 ? positionals : Object.keys(SCENARIOS);
  let isRight = true;
  for (const name of names) isRight = (await measure(name)) && isRight;
  return isRight;
}

async function measure(name: string): Promise<boolean> {
  const known = SCENARIOS[name];
  if (!known) throw new Error(`There is no scenario "${name}": choose one of ${Object.keys(SCENARIOS).join(", ")}.`);
  const scenario = { ...known, points: pointsOf(name, known), peers: peersOf(known) };
  const { result, faults, profiles } = await runScenario(values.tls ? `${name}-tls` : name, scenario, runOptions());
  for (const point of result.points) console.log(`\n${name}, ${point.name}\n\n${tableOf(point)}\n`);
  for (const [where, functions] of profiles) {
    console.log(`CPU profile of ${where}: own time of the first ${PROFILE_ROWS} functions, % of what was not idle`);
    for (const { name: called, place, share } of functions.slice(0, PROFILE_ROWS)) {
      console.log(`  ${(100 * share).toFixed(1).padStart(5)}  ${called} ${place}`);
    }
  }
  for (const [where, functions] of profiles) {
    const folders = folderTimes(functions).slice(0, PROFILE_FOLDERS);
    console.log(
      `By folder, ${where}: ${folders.map(({ folder, share }) => `${folder} ${(100 * share).toFixed(1)}`).join(", ")}`,
    );
  }
  for (const fault of faults) console.error(`wrong: ${fault}`);
  if (!values["no-keep"] && !values.quick && faults.length === 0) keepResult(result);
  return faults.length === 0;
}

function runOptions(): RunOptions {
  const bytes = values["frame-bytes"] === undefined ? undefined : numberOf("frame-bytes", 8, 65_535);
  return {
    rounds: values.quick ? 1 : numberOf("rounds", 1, 100),
    seconds: values.quick ? QUICK.seconds : numberOf("seconds", 1, 3_600),
    warmUpSeconds: values.quick ? QUICK.warmUpSeconds : numberOf("warm-up", 0, 600),
    frameBytes: bytes === undefined ? {} : { stock: bytes, ours: bytes },
    isProfiled: values.profile,
    onProgress: (line) => process.stderr.write(`${line}\n`),
  };
}

function pointsOf(name: string, { points, quickPoint }: Scenario): readonly Point[] {
  if (values.clients === undefined) return values.quick ? [quickPoint] : points;
  const movers = (values.movers ?? "1000").split(",").map(Number);
  return values.clients.split(",").map((text, index) => {
    const clients = Number(text);
    if (!(Number.isInteger(clients) && clients >= 1 && clients <= 20_000)) {
      throw new Error(`--clients ${text}: give whole numbers from 1 to 20000.`);
    }
    if (name === "arena") return arenaPoint(clients);
    if (name === "datagrams") return datagramsPoint(clients);
    return name === "battle" ? battlePoint(clients) : worldPoint(movers[index] ?? movers[0]!, clients);
  });
}

function peersOf({ peers }: Scenario): readonly PeerName[] {
  const named = values.peers?.split(",").map((name) => {
    if (!isPeerName(name)) throw new Error(`--peers ${name}: choose among ${Object.keys(PEERS).join(", ")}.`);
    return name;
  });
  const all = named ?? (values.tls ? TLS_PEERS : peers);
  const chosen = values.tls ? withTls(all) : all;
  return values.quick ? quickPeers(chosen) : chosen;
}

function numberOf(option: "rounds" | "seconds" | "warm-up" | "frame-bytes", min: number, max: number): number {
  const value = Number(values[option]);
  if (!(value >= min && value <= max)) throw new Error(`--${option}: give a number from ${min} to ${max}.`);
  return value;
}
