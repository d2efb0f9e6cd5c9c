// Nakama with the arena as an authoritative match in Go. This process only starts it, makes its matches and measures it from outside.
// Usage: nakama.ts <scene as JSON>
import { randomUUID } from "node:crypto";
import { answerRequests } from "../answering.ts";
import { parseScene } from "../games/scene.ts";
import type { Seat, ServerFigures } from "./measured-server.ts";
import { NakamaProcess } from "./nakama/nakama-process.ts";
import { processCpuMicroseconds, processRssBytes } from "./process-usage.ts";

/** What `bench/servers/nakama/arena.go` is written for. */
const ARENA = { tickHz: 30, roomSize: 16 } as const;

const scene = parseScene(process.argv[2]);
if (scene.tickHz !== ARENA.tickHz || scene.roomSize !== ARENA.roomSize || scene.movers > 0 || scene.sightRadius > 0) {
  throw new Error(`Nakama's match plays ${ARENA.roomSize} players at ${ARENA.tickHz} Hz without movers or sight.`);
}
const nakama = await NakamaProcess.start();
process.on("exit", () => nakama.stop());
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

let cpuMicroseconds = 0;
let startedAt = 0;
answerRequests({
  describe: () => ({ port: nakama.port, memory: { rssBytes: processRssBytes(nakama.pid) } }),
  cpu: () => processCpuMicroseconds(nakama.pid),
  seats: async (count: number) => {
    const seats: Seat[] = [];
    while (seats.length < count) {
      const roomId = await nakama.createMatch();
      const size = Math.min(scene.roomSize, count - seats.length);
      const tickets = Array.from({ length: size }, () => nakama.signIn(randomUUID()));
      for (const ticket of await Promise.all(tickets)) seats.push({ roomId, ticket });
    }
    return seats;
  },
  begin: () => {
    startedAt = performance.now();
    cpuMicroseconds = processCpuMicroseconds(nakama.pid);
  },
  end: (): ServerFigures => ({
    cpuMicroseconds: processCpuMicroseconds(nakama.pid) - cpuMicroseconds,
    seconds: (performance.now() - startedAt) / 1000,
    memory: { rssBytes: processRssBytes(nakama.pid) },
  }),
});
