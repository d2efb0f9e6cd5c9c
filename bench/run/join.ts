// `npm run bench -- join`: joins a second, straight to a room and through matchmaking, beside stock Colyseus.
import type { Scene } from "../games/scene.ts";
import type { JoinFigures, JoinRequest, JoinRoute } from "../load/join-load.ts";
import type { Description, Seat, ServerFigures } from "../servers/measured-server.ts";
import { BenchProcess } from "./bench-process.ts";
import { findCores } from "./cores.ts";
import { PlatformProcess } from "./platform-process.ts";
import { measureSideBySide, type SideOutcome } from "./side-by-side.ts";

/** Joins under way at any moment: more only wait longer. */
const AT_ONCE = 96;
/** Before the measured ones, as a share of them. */
const WARM_UP_SHARE = 0.25;
const SCENE: Scene = { tickHz: 30, roomSize: 16, movers: 0, halfSize: 24, sightRadius: 0, spareIds: 4_096 };
/** Joiners at once of one room: who leaves may still be seated when the next one comes. */
const JOINERS_A_ROOM = SCENE.roomSize / 2;

interface JoinPeer {
  readonly what: string;
  readonly isOurs: boolean;
  readonly route: JoinRoute;
}

const PEERS: Readonly<Record<string, JoinPeer>> = {
  gamekeeper: {
    what: "this server, by room and ticket; tickets made ahead",
    isOurs: true,
    route: "by-id",
  },
  "gamekeeper-matched": {
    what: "the same through the platform, from POST /v1/matchmaking/join on; its data embedded, its limits lifted",
    isOurs: true,
    route: "matchmaking",
  },
  "stock-by-id": {
    what: "Colyseus 0.18, joinById; it has no tickets to check",
    isOurs: false,
    route: "by-id",
  },
  "stock-join-or-create": {
    what: "Colyseus 0.18, joinOrCreate: its own matchmaking, in the same process",
    isOurs: false,
    route: "join-or-create",
  },
};

const cores = findCores();

await measureSideBySide({
  scenario: "join",
  what: `Joins and leaves of rooms of ${SCENE.roomSize} at ${SCENE.tickHz} Hz, ${AT_ONCE} at once`,
  counted: "joins of a trial",
  clients: 3_000,
  quickClients: 200,
  maxClients: 50_000,
  peers: Object.fromEntries(Object.entries(PEERS).map(([name, { what }]) => [name, what])),
  nameOf: (joins) => `${joins} joins, ${AT_ONCE} at once`,
  runTrial: (peer, joins) => runTrial(PEERS[peer]!, joins),
});

async function runTrial(peer: JoinPeer, joins: number): Promise<SideOutcome> {
  const platform = peer.route === "matchmaking" ? await PlatformProcess.start(cores.load) : undefined;
  const scene = JSON.stringify(SCENE);
  const oursArgs = [scene, "kept", "plain", "never", ...(platform ? [platform.url, platform.serverKey] : [])];
  const server = peer.isOurs
    ? await BenchProcess.start(cores.server, "bench/servers/gamekeeper.ts", oursArgs)
    : await BenchProcess.start(cores.server, "bench/servers/stock-colyseus.ts", [scene, "float32"]);
  const load = await BenchProcess.start(cores.load, "bench/load/main.ts", []);
  try {
    const { port } = await server.ask<Description>("describe");
    await platform?.untilReady();
    const { isOurs, route } = peer;
    const warmUps = Math.ceil(joins * WARM_UP_SHARE);
    const seats = platform
      ? (await platform.signIn(AT_ONCE)).map((ticket) => ({ ticket }))
      : route === "by-id"
        ? await seatsOf(server, joins + warmUps, isOurs)
        : [];
    await load.ask("joins", {
      ...{ port, scene: SCENE, isOurs, route, atOnce: AT_ONCE, seats },
      ...(platform && { platformUrl: platform.url }),
    } satisfies JoinRequest);
    await load.ask("join and leave", warmUps);
    await server.ask("begin", false);
    const platformBegan = platform?.cpuMicroseconds ?? 0;
    const { faults, ...seen } = await load.ask<JoinFigures>("join and leave", joins);
    const platformSpent = (platform?.cpuMicroseconds ?? 0) - platformBegan;
    const { cpuMicroseconds, seconds } = await server.ask<ServerFigures>("end");
    const trial = {
      ...seen,
      cpuMicroseconds: cpuMicroseconds / seen.joins,
      ...(platform && { platformMicroseconds: platformSpent / seen.joins }),
      joinsPerSecond: seen.joins / seen.seconds,
      joinsPerCore: 1e6 / (cpuMicroseconds / seen.joins),
      cpuShare: cpuMicroseconds / 1e6 / seconds,
    };
    const missing = seen.joins < joins ? [`${seen.joins} of ${joins} joins succeeded`] : [];
    return { trial, faults: [...missing, ...faults] };
  } finally {
    await load.stop();
    await server.stop();
    await platform?.stop();
  }
}

/** A seat for each join, over as few rooms as the joiners at once need, by turns. */
async function seatsOf(server: BenchProcess, joins: number, hasTickets: boolean): Promise<Seat[]> {
  const rooms = Math.ceil(AT_ONCE / JOINERS_A_ROOM);
  const made = await server.ask<Seat[]>("seats", rooms * SCENE.roomSize);
  const ids = [...new Set(made.map(({ roomId }) => roomId!))];
  const roomIds = Array.from({ length: joins }, (_, index) => ids[index % ids.length]!);
  const tickets = hasTickets ? await server.ask<string[]>("tickets", roomIds) : [];
  return roomIds.map((roomId, index) => ({ roomId, ...(hasTickets && { ticket: tickets[index]! }) }));
}
