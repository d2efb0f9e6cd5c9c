// `npm run bench -- ceiling`: how many players one core carries with every snapshot on time, peer beside peer.
import { parseArgs } from "node:util";
import { type CeilingResult, type CeilingRow, ceilingTable, keepCeilings } from "./ceiling-results.ts";
import { type Ceiling, findCeiling, type Verdict } from "./ceiling-search.ts";
import { judge } from "./ceiling-verdict.ts";
import { findCores } from "./cores.ts";
import { isPeerName, PEERS, type PeerName } from "./peers.ts";
import { describeMachine } from "./results.ts";
import {
  arenaPoint,
  battlePoint,
  datagramsPoint,
  type Point,
  SCENARIOS,
  type Scenario,
  worldPoint,
} from "./scenarios.ts";
import { runTrial } from "./trial.ts";

const WARM_UP_SECONDS = 3;
const PRECISION = 0.07;
const MOVERS = 1_000;
/** In a battle frames grow with the room: stock's by this for each player, ours by this and not past a datagram. */
const BATTLE_BYTES = { stock: 14, ours: 3.2, most: 1_150 } as const;

/** A scenario with one number on its axis. */
interface Axis {
  readonly pointOf: (players: number) => Point;
  readonly start: number;
  readonly step: number;
  readonly max: number;
  readonly peers: readonly PeerName[];
  /** Payload of the bare peers' frames at so many players, as measured of stock and of us; the scenario's when left out. */
  readonly frameBytes?: (players: number) => FrameBytes;
}

type FrameBytes = Scenario["frameBytes"];

const BESIDE: readonly PeerName[] = ["gamekeeper", "stock-float32", "ws"];
const AXES: Readonly<Record<string, Axis>> = {
  arena: { pointOf: arenaPoint, start: 480, step: 16, max: 7_680, peers: BESIDE },
  battle: {
    pointOf: battlePoint,
    start: 200,
    step: 20,
    max: 3_200,
    peers: BESIDE,
    frameBytes: (players) => ({
      stock: players * BATTLE_BYTES.stock,
      ours: Math.min(BATTLE_BYTES.most, players * BATTLE_BYTES.ours),
    }),
  },
  world: { pointOf: (players) => worldPoint(MOVERS, players), start: 300, step: 20, max: 4_800, peers: BESIDE },
  datagrams: { pointOf: datagramsPoint, start: 160, step: 16, max: 1_024, peers: ["gamekeeper", "datagrams"] },
};
const DEFAULT_SCENARIOS = ["arena", "battle", "world"];

const HELP = `Usage: npm run bench -- ceiling [scenario …] [--peers a,b] [--rounds 1] [--seconds 5] [--no-keep]

How many players one core carries: >= 99 % of all snapshots, jitter p99 within a tick, the server under 90 % of its core.
Numbers double until one does not hold, twice; then the gap is halved. A search ends where the load takes more than 85 % of
its own core, and says so: the server may carry more. Of several rounds the median counts.

Scenarios: ${Object.keys(AXES).join(", ")}; ${DEFAULT_SCENARIOS.join(", ")} by default.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: "string" },
    rounds: { type: "string", default: "1" },
    seconds: { type: "string", default: "5" },
    "no-keep": { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else {
  await main();
  process.exit();
}

async function main(): Promise<void> {
  const rounds = numberOf("rounds", 1, 20);
  const seconds = numberOf("seconds", 1, 60);
  const names = positionals.length > 0 ? positionals : DEFAULT_SCENARIOS;
  for (const name of names) {
    const axis = AXES[name];
    if (!axis) throw new Error(`ceiling has no scenario "${name}": choose among ${Object.keys(AXES).join(", ")}.`);
    const machine = describeMachine(findCores().unpinned === undefined);
    const found = new Map<PeerName, Ceiling[]>(peersOf(axis).map((peer) => [peer, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [peer, ceilings] of found) ceilings.push(await search(name, axis, peer, seconds));
    }
    const rows: CeilingRow[] = [...found].map(([peer, ceilings]) => ({ peer, ceilings }));
    const result: CeilingResult = { scenario: name, what: SCENARIOS[name]!.what, seconds, machine, rows };
    console.log(`\nceiling of ${name}\n\n${ceilingTable(result)}\n`);
    if (!values["no-keep"]) keepCeilings(result);
  }
}

function search(name: string, axis: Axis, peer: PeerName, seconds: number): Promise<Ceiling> {
  const { start, step, max, frameBytes = () => SCENARIOS[name]!.frameBytes } = axis;
  return findCeiling({
    start,
    step,
    max,
    precision: PRECISION,
    trial: async (players) => {
      const verdict = await tryPlayers(axis.pointOf(players), peer, seconds, frameBytes(players));
      const told = verdict.outcome === "held" ? "held" : `${verdict.outcome}: ${verdict.why}`;
      process.stderr.write(`${name}, ${peer}, ${players} players: ${told}\n`);
      return verdict;
    },
  });
}

/** One trial. A server that cannot even take its players does not carry them. */
async function tryPlayers(point: Point, peer: PeerName, seconds: number, frameBytes: FrameBytes): Promise<Verdict> {
  const options = { cores: findCores(), warmUpSeconds: WARM_UP_SECONDS, seconds, frameBytes, isProfiled: false };
  try {
    const { trial, faults } = await runTrial(peer, point, options);
    return judge(trial, point.scene.tickHz, faults);
  } catch (error) {
    return { outcome: "failed", why: (error as Error).message.split("\n", 1)[0]! };
  }
}

function peersOf({ peers }: Axis): readonly PeerName[] {
  return (values.peers?.split(",") ?? peers).map((name) => {
    if (!isPeerName(name)) throw new Error(`--peers ${name}: choose among ${Object.keys(PEERS).join(", ")}.`);
    return name;
  });
}

function numberOf(option: "rounds" | "seconds", min: number, max: number): number {
  const value = Number(values[option]);
  if (!(Number.isInteger(value) && value >= min && value <= max)) {
    throw new Error(`--${option}: give a whole number from ${min} to ${max}.`);
  }
  return value;
}
