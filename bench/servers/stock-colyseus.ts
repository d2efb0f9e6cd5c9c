// Stock Colyseus 0.18 with its own WebSocket transport. Usage: stock-colyseus.ts <scene as JSON> float32|quantised

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { matchMaker, Server } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { parseScene } from "../games/scene.ts";
import { type StockFields, stockRoom } from "../games/stock-room.ts";
import { noteTick, type Seat, serveMeasured } from "./measured-server.ts";

const scene = parseScene(process.argv[2]);
const fields = process.argv[3] as StockFields;
const http = createServer();
const server = new Server({ transport: new WebSocketTransport({ server: http }), greet: false });
server.define("bench", stockRoom(scene, fields, noteTick));
await server.listen(0, "127.0.0.1");
serveMeasured({
  port: (http.address() as AddressInfo).port,
  async seats(count) {
    const seats: Seat[] = [];
    while (seats.length < count) {
      const { roomId } = await matchMaker.createRoom("bench", {});
      const size = Math.min(scene.roomSize, count - seats.length);
      for (let index = 0; index < size; index++) seats.push({ roomId });
    }
    return seats;
  },
});
