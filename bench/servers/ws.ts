// Bare `ws`: takes each client's input frames and sends it one frame a tick. Usage: ws.ts <scene as JSON> <bytes of a frame>

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { bareOptions } from "./bare-options.ts";
import { BareRooms } from "./bare-rooms.ts";
import { serveMeasured } from "./measured-server.ts";

const { scene, frameBytes } = bareOptions();
const rooms = new BareRooms(scene.roomSize, scene.tickHz);
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
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
await once(server, "listening");
serveMeasured({
  port: (server.address() as AddressInfo).port,
  seats: async (count) => Array.from({ length: count }, () => ({})),
});
