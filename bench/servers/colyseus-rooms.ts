// A stock Colyseus server with one kind of room, for every peer that is one.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { matchMaker, type Room, Server } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import type { Scene } from "../games/scene.ts";
import { type Seat, serveMeasured } from "./measured-server.ts";

const ROOM = "bench";

/** Listens on a free port, and makes rooms of `roomClass` for as many as the runner asks for. */
export async function serveColyseus({ roomSize }: Scene, roomClass: typeof Room): Promise<void> {
  const http = createServer();
  const server = new Server({ transport: new WebSocketTransport({ server: http }), greet: false });
  server.define(ROOM, roomClass);
  await server.listen(0, "127.0.0.1");
  serveMeasured({
    port: (http.address() as AddressInfo).port,
    async seats(count) {
      const seats: Seat[] = [];
      while (seats.length < count) {
        const { roomId } = await matchMaker.createRoom(ROOM, {});
        const size = Math.min(roomSize, count - seats.length);
        for (let index = 0; index < size; index++) seats.push({ roomId });
      }
      return seats;
    },
  });
}
