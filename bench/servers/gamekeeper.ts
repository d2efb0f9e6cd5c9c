// This project's own game server, whole, with a measured game in it.
// Usage: gamekeeper.ts <scene as JSON> [played|kept|quiet] [plain|tls] [never|auto|always] [URL of a platform that it joins] [its server key]
import { matchMaker } from "@colyseus/core";
import { TestGameServer } from "../../server/testing/test-game-server.ts";
import { BENCH_MODE, benchRoom } from "../games/gamekeeper-game.ts";
import { quietGameRoom } from "../games/quiet-rooms.ts";
import { parseScene } from "../games/scene.ts";
import { noteTick, type Seat, serveMeasured } from "./measured-server.ts";
import { httpServerAt, openTlsFront } from "./tls-front.ts";

/** Tickets live as long as a slow machine needs to join everybody; seconds. */
const TICKET_SECONDS = 600;

const scene = parseScene(process.argv[2]);
const [kind = "played", front, datagrams = "never", url, serverKey] = process.argv.slice(3);
const game = await TestGameServer.start(
  {
    DATAGRAMS: datagrams,
    MAX_ROOMS: "10000",
    LOG_LEVEL: "warn",
    ...(url && serverKey && { PLATFORM_URL: url, SERVER_KEY: serverKey }),
  },
  { [BENCH_MODE]: roomOf(kind) },
);
const { gamePort } = game.server;
const tlsPort = front === "tls" ? await openTlsFront(await httpServerAt(gamePort)) : undefined;
serveMeasured({
  port: gamePort,
  ...(tlsPort !== undefined && { tlsPort }),
  async seats(count) {
    const seats: Seat[] = [];
    while (seats.length < count) {
      const { roomId } = await matchMaker.createRoom(BENCH_MODE, {});
      const size = Math.min(scene.roomSize, count - seats.length);
      const tickets = Array.from({ length: size }, () => game.ticket({ roomId, expiresInSeconds: TICKET_SECONDS }));
      for (const ticket of await Promise.all(tickets)) seats.push({ roomId, ticket });
    }
    return seats;
  },
  async tickets(roomIds) {
    const tickets = roomIds.map((roomId) => game.ticket({ roomId, expiresInSeconds: TICKET_SECONDS }));
    return Promise.all(tickets);
  },
});

function roomOf(kind: string): ReturnType<typeof benchRoom> {
  if (kind === "quiet") return quietGameRoom(scene);
  return benchRoom(scene, noteTick, { isKept: kind === "kept" });
}
