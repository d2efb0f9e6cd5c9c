// Bare `ws` that holds connections and sends nothing but pings: the heartbeat of its documentation, as often as stock Colyseus pings.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { serveMeasured } from "./measured-server.ts";

/** Interval of stock Colyseus' pings, and of ours where nothing was heard; ms. */
const PING_MS = 3_000;

const alive = new WeakSet<WebSocket>();
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("connection", (socket) => {
  alive.add(socket);
  socket.on("pong", () => alive.add(socket));
  socket.on("error", () => socket.terminate());
});
setInterval(() => {
  for (const socket of server.clients) {
    if (!alive.delete(socket)) socket.terminate();
    else socket.ping();
  }
}, PING_MS);
await once(server, "listening");
serveMeasured({
  port: (server.address() as AddressInfo).port,
  seats: async (count) => Array.from({ length: count }, () => ({})),
});
