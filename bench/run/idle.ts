// `npm run bench -- idle`: thousands of connected, quiet clients in one process, for this server, stock Colyseus and bare `ws`.
import type { IdleFigures, IdleRequest } from "../load/idle-load.ts";
import type { Description, Memory, Seat, ServerFigures } from "../servers/measured-server.ts";
import { BenchProcess } from "./bench-process.ts";
import { findCores } from "./cores.ts";
import { refuseClients } from "./open-files.ts";
import { measureSideBySide, type SideOutcome } from "./side-by-side.ts";
import { memoryOfOne } from "./trial.ts";

/** As many as in the arena, so that a room's own cost is shared alike. */
const ROOM_SIZE = 16;
const SCENE = JSON.stringify({ tickHz: 30, roomSize: ROOM_SIZE, movers: 0, halfSize: 24, sightRadius: 0 });
/** Between the last join and the measurement; two rounds of heartbeats. */
const SETTLE_MS = 7_000;
const QUICK_SETTLE_MS = 1_000;

/** Programs and their arguments. */
const SERVERS: Readonly<Record<string, readonly string[]>> = {
  gamekeeper: ["bench/servers/gamekeeper.ts", SCENE, "quiet"],
  stock: ["bench/servers/stock-colyseus.ts", SCENE, "quiet"],
  ws: ["bench/servers/quiet-ws.ts"],
};

const cores = findCores();

await measureSideBySide({
  scenario: "idle",
  what: `Connected, quiet clients in one process, rooms of ${ROOM_SIZE} without a tick`,
  counted: "connected clients",
  clients: 10_000,
  quickClients: 2_000,
  maxClients: 60_000,
  peers: {
    gamekeeper: "this server, whole; pings who has said nothing for 3 s",
    stock:
      "Colyseus 0.18 with its WebSocket transport; pings every 3 s, looks for patches 20 times a second as it does by default",
    ws: "bare `ws`, no rooms; pings every 3 s",
  },
  seconds: { usual: 30, quick: 3 },
  nameOf: (clients) => `${clients} clients`,
  refuse: (clients) => refuseClients(clients),
  runTrial,
});

async function runTrial(peer: string, clients: number, seconds: number): Promise<SideOutcome> {
  const [program = "", ...args] = SERVERS[peer]!;
  const server = await BenchProcess.start(cores.server, program, args);
  const load = await BenchProcess.start(cores.load, "bench/load/main.ts", []);
  try {
    const { port, memory: empty } = await server.ask<Description>("describe");
    const seats = await server.ask<Seat[]>("seats", clients);
    const withRooms = await server.ask<Memory>("memory");
    const hasSeats = peer !== "ws";
    await load.ask("idle", { port, seats, hasSeats } satisfies IdleRequest);
    await pause(seconds > 3 ? SETTLE_MS : QUICK_SETTLE_MS);
    await server.ask("begin", false);
    await load.ask("begin");
    await pause(seconds * 1000);
    const { faults, ...seen } = await load.ask<IdleFigures>("end");
    const {
      cpuMicroseconds,
      seconds: measuredSeconds,
      loopDelayP99Ms,
      memory,
    } = await server.ask<ServerFigures>("end");
    const rooms = Math.ceil(clients / ROOM_SIZE);
    const { heapBytes: roomBytes } = memoryOfOne(empty, withRooms, rooms);
    const trial = {
      ...seen,
      ...memoryOfOne(empty, memory, clients),
      ...(hasSeats && { roomBytes }),
      cpuMicroseconds: cpuMicroseconds / clients / measuredSeconds,
      cpuShare: cpuMicroseconds / 1e6 / measuredSeconds,
      loopDelayP99Ms,
    };
    const missing = seen.clients < clients ? [`${seen.clients} of ${clients} clients held`] : [];
    return { trial, faults: [...missing, ...faults] };
  } finally {
    await load.stop();
    await server.stop();
  }
}

function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}
