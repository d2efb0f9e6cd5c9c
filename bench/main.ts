// `npm run bench -- <scenario>`: measurements, each beside a peer in the same run. A figure is a ratio; nothing here fails on time.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";

/** A scenario is a program that prints its table. */
interface Scenario {
  readonly what: string;
  readonly program: string;
  /** Arguments before those of the user. */
  readonly args?: readonly string[];
  /** Programs that run after it, whatever came of it; not when the user gave arguments, which are for the first. */
  readonly followedBy?: readonly (readonly string[])[];
}

/** Measured beside other servers by `bench/run/`, which has its own `--help`. */
function besidePeers(what: string, ...args: string[]): Scenario {
  return { what, program: "bench/run/main.ts", args };
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  arena: besidePeers("beside peers: rooms of 16 players at 30 Hz both ways, everyone moves", "arena"),
  battle: besidePeers("beside peers: one room of 50 to 400 at 20 Hz, all see all", "battle"),
  world: besidePeers(
    "beside peers: 500 and 1,000 movers at 20 Hz, each of 100 and 300 clients sees about forty",
    "world",
  ),
  datagrams: besidePeers("beside peers: the same players by WebSocket and by WebRTC data channels", "datagrams"),
  ceiling: {
    what: "beside peers: how many players one core carries in arena, battle and world with every snapshot on time",
    program: "bench/run/ceiling.ts",
  },
  platform: {
    what: "the platform process: sign-ins, keys and matchmaking tickets a second, and what a request costs",
    program: "bench/run/platform.ts",
  },
  accounts: {
    what: "beside better-auth and Nakama: sign-ins and token checks a second, and the event loop's delay meanwhile",
    program: "bench/run/accounts.ts",
  },
  join: {
    what: "beside stock Colyseus: joins a second, to a known room and through matchmaking",
    program: "bench/run/join.ts",
  },
  idle: {
    what: "beside stock Colyseus and bare `ws`: 10,000 connected, quiet clients in one process",
    program: "bench/run/idle.ts",
  },
  soak: {
    what: "this server for half an hour while players come and go; fails when its memory grows",
    program: "bench/run/soak.ts",
  },
  capacity: {
    what: "this server alone over a grid of games, which `npm run capacity` is fitted on",
    program: "bench/run/capacity.ts",
  },
  cores: {
    what: "this server in one process and in two, each with its clients on a core of its own",
    program: "bench/run/process-scaling.ts",
  },
  // Kept short: a program that an earlier line has run is left out of the next ones, but for ours and stock Colyseus with a state.
  quick: {
    ...besidePeers(
      "one short round of everything beside peers and of the platform; fails on what is wrong, never on time",
      "arena",
      "--quick",
    ),
    followedBy: [
      ["bench/run/main.ts", "battle", "world", "--quick", "--peers", "gamekeeper,stock-float32,stock-quantised"],
      ["bench/run/main.ts", "datagrams", "--quick", "--peers", "datagrams,datagrams-auto,node-datachannel"],
      ["bench/run/main.ts", "arena", "--tls", "--quick", "--peers", "gamekeeper-tls"],
      ["bench/run/join.ts", "--quick", "--peers", "gamekeeper,gamekeeper-matched,stock-by-id"],
      ["bench/run/idle.ts", "--quick"],
      ["bench/run/platform.ts", "--quick"],
      ["bench/run/accounts.ts", "--quick"],
    ],
  },
  report: {
    what: "makes docs/performance.md anew from what all of these have kept",
    program: "bench/run/report-main.ts",
  },
  netcode: {
    what: "a client's share of a room's tick, in memory: looking around, encoding, receiving",
    program: "rooms/kit/netcode/room-netcode.bench.ts",
  },
  snapshot: {
    what: "building and reading one client's snapshot, beside JSON and plain float32",
    program: "shared/netcode/snapshot.bench.ts",
  },
  network: {
    what: "the arena over bad networks, by WebSocket alone and with datagrams; writes docs/network-report.md",
    program: "test/network-report/main.ts",
  },
  swarm: {
    what: "200 clients among 1,000 movers on one server, in memory",
    program: "rooms/swarm/swarm.bench.ts",
  },
  load: {
    what: "the same over real sockets, server and clients in two processes; kept for docs/network-report.md",
    program: "test/load/swarm.ts",
  },
};

const HELP = `Usage: npm run bench -- <scenario> [options of the scenario]

Scenarios:
${Object.entries(SCENARIOS)
  .map(([name, { what }]) => `  ${name.padEnd(12)}${what}`)
  .join("\n")}
`;

const { positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: { help: { type: "boolean", short: "h" } },
});
const [name] = positionals;
const scenario = name === undefined ? undefined : SCENARIOS[name];
if (name === undefined) {
  console.log(HELP);
} else if (!scenario) {
  console.error(`There is no scenario "${name}": choose one of ${Object.keys(SCENARIOS).join(", ")}.`);
  process.exitCode = 1;
} else {
  const rest = process.argv.slice(process.argv.indexOf(name) + 1);
  const first = [scenario.program, ...(scenario.args ?? []), ...rest];
  const programs = rest.length > 0 ? [first] : [first, ...(scenario.followedBy ?? [])];
  for (const program of programs) {
    const [code] = await once(spawn(process.execPath, program, { stdio: "inherit" }), "exit");
    if (code !== 0) process.exitCode = code ?? 1;
  }
}
