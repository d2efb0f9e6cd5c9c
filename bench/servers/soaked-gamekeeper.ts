// This project's own game server for a soak: rooms open and close as players come and go. Usage: soaked-gamekeeper.ts <scene as JSON>
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { TestGameServer } from "../../server/testing/test-game-server.ts";
import { answerRequests } from "../answering.ts";
import { BENCH_MODE, benchRoom } from "../games/gamekeeper-game.ts";
import { parseScene } from "../games/scene.ts";
import { memoryAtRest } from "./measured-server.ts";

const scene = parseScene(process.argv[2]);
const room = benchRoom(scene, () => undefined);
const game = await TestGameServer.start({ DATAGRAMS: "never", LOG_LEVEL: "warn" }, { [BENCH_MODE]: room });

/** Any POST gives a seat: what the platform does, without its players. */
const seats = createServer(async (_request, response) => {
  try {
    const { roomId, ticket } = await game.assign({}, BENCH_MODE);
    response.end(JSON.stringify({ roomId, ticket }));
  } catch (error) {
    response.writeHead(503).end(JSON.stringify({ error: String(error) }));
  }
});
seats.listen(0, "127.0.0.1");
await once(seats, "listening");

answerRequests({
  describe: () => ({
    port: game.server.gamePort,
    seatsUrl: `http://127.0.0.1:${(seats.address() as AddressInfo).port}/`,
  }),
  sample: () => ({ ...memoryAtRest(), cpuMicroseconds: cpuMicroseconds() }),
});

function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
