// Bare `ws`: takes each client's input frames and sends it one frame a tick. Usage: ws.ts <scene as JSON> <bytes of a frame> [tls]

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { bareOptions } from "./bare-options.ts";
import { BareRooms } from "./bare-rooms.ts";
import { serveMeasured } from "./measured-server.ts";
import { openTlsFront } from "./tls-front.ts";

const { scene, frameBytes } = bareOptions();
const rooms = new BareRooms(scene.roomSize, scene.tickHz);
const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false });
server.on("connection", (socket) => {
  const frame = Buffer.alloc(frameBytes, 0x5a);
  const client = {
    newestInput: 0,
    sendTick(tick: number): void {
      frame.writeUInt32LE(client.newestInput, 0);
      frame.writeUInt32LE(tick, 4);
      socket.send(frame);
    },
  };
  const remove = rooms.add(client);
  socket.on("message", (input: Buffer) => {
    client.newestInput = input.readUInt32LE(0);
  });
  socket.on("error", () => socket.terminate());
  socket.on("close", remove);
});
http.listen(0, "127.0.0.1");
await once(http, "listening");
serveMeasured({
  port: (http.address() as AddressInfo).port,
  ...(process.argv[4] === "tls" && { tlsPort: await openTlsFront(http) }),
  seats: async (count) => Array.from({ length: count }, () => ({})),
});
