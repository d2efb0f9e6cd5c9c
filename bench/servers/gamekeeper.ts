// This project's own game server, whole, with the measured game in it. Usage: gamekeeper.ts <scene as JSON> [never|auto|always]
import { matchMaker } from "@colyseus/core";
import { TestGameServer } from "../../server/testing/test-game-server.ts";
import { BENCH_MODE, benchRoom } from "../games/gamekeeper-game.ts";
import { parseScene } from "../games/scene.ts";
import { noteTick, type Seat, serveMeasured } from "./measured-server.ts";

/** Tickets live as long as a slow machine needs to join everybody; seconds. */
const TICKET_SECONDS = 120;

const scene = parseScene(process.argv[2]);
const DATAGRAMS = process.argv[3] ?? "never";
const game = await TestGameServer.start({ DATAGRAMS }, { [BENCH_MODE]: benchRoom(scene, noteTick) });
serveMeasured({
  port: game.server.gamePort,
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
});
