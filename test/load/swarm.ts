// `npm run bench -- load [clients] [seconds]`: two hundred herders on a real game server over real sockets. Prints the figures,
// and keeps them for docs/network-report.md. Server and clients are two processes; with fewer than three free cores they
// slow each other down.
import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { Client } from "@colyseus/sdk";
import { seededRandom } from "../../rooms/kit/index.ts";
import { TICK_HZ } from "../../shared/schema/swarm/index.ts";
import { LoadHerder, WIRE } from "./load-herder.ts";
import { describeTicks, tickMetrics } from "./tick-metrics.ts";

const WARM_UP_SECONDS = 5;
/** Where the figures are kept. */
const RESULT = "bench/results/swarm-load.md";

interface Assignment {
  readonly playerId: string;
  readonly endpoint: string;
  readonly roomId: string;
  readonly ticket: string;
}

const [clients = 200, seconds = 30] = process.argv.slice(2).map(Number);
const child = fork(new URL("./swarm-server.ts", import.meta.url));
const { opsUrl } = await answer(child, (message): message is { opsUrl: string } => "opsUrl" in message);
const herders: LoadHerder[] = [];
for (let index = 0; index < clients; index++) herders.push(await join(child));
const random = seededRandom(1);
const sending = setInterval(() => {
  for (const herder of herders) herder.send(random);
}, 1000 / TICK_HZ);
await wait(WARM_UP_SECONDS);
for (const herder of herders) Object.assign(herder, { bytesIn: 0, framesIn: 0 });
const before = await tickMetrics(opsUrl, "swarm");
await wait(seconds);
const after = await tickMetrics(opsUrl, "swarm");
clearInterval(sending);

const mean = (read: (herder: LoadHerder) => number): number =>
  herders.reduce((sum, herder) => sum + read(herder), 0) / clients;
const cpu = (after.cpuSeconds - before.cpuSeconds) / seconds;
const faults = clients * mean(({ snapshots: { outcomes } }) => outcomes.malformed + outcomes.unusable);
const figures = `- ${clients} clients for ${seconds} s: ${describeTicks(before, after)}
- The server: ${(100 * cpu).toFixed(0)} % of a core, ${((1e6 * cpu) / clients).toFixed(0)} µs a player a second
- A client: ${mean(({ bytesIn }) => bytesIn / seconds).toFixed(0)} B/s in ${mean(({ framesIn }) => framesIn / seconds).toFixed(1)} frames/s, \
${mean(({ snapshots }) => snapshots.decoder?.entities.size ?? 0).toFixed(0)} entities known; ${faults} faulty snapshots in all
`;
process.stdout.write(figures);
writeFileSync(RESULT, figures);
child.disconnect();
process.exit(0);

async function join(server: ChildProcess): Promise<LoadHerder> {
  const playerId = randomUUID();
  const isOurs = (message: object): message is Assignment => (message as Assignment).playerId === playerId;
  const answered = answer(server, isOurs);
  server.send(playerId);
  const { endpoint, ticket, roomId } = await answered;
  const client = new Client(endpoint);
  client.auth.token = ticket;
  return new LoadHerder(await client.joinById(roomId, { snapshots: WIRE.fingerprint }));
}

function answer<Message>(
  server: ChildProcess,
  isOurs: (message: object) => message is Message & object,
): Promise<Message> {
  return new Promise((resolve) => {
    const listen = (message: object): void => {
      if (!isOurs(message)) return;
      server.off("message", listen);
      resolve(message);
    };
    server.on("message", listen);
  });
}

function wait(forSeconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forSeconds * 1000));
}
