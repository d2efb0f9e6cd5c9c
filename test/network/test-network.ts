// What the proxy tests share: an echo server on loopback, a fast profile, and waiting for a fact instead of a time.
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { CLEAR_LINK, type LinkConditions } from "./link-conditions.ts";
import { LOOPBACK_HOST } from "./loopback.ts";
import type { Profile } from "./profiles.ts";

/** How long {@link until} waits before it gives up, in milliseconds: long, because the machine may be busy. */
const PATIENCE_MS = 30_000;

/** A profile whose two directions are `CLEAR_LINK` with `changes`. */
export function profileOf(changes: Partial<LinkConditions>): Profile {
  return { up: { ...CLEAR_LINK, ...changes }, down: { ...CLEAR_LINK, ...changes } };
}

/** Resolves as soon as `isTrue()`; rejects, naming `what`, when it never becomes so. */
export async function until(what: string, isTrue: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!isTrue()) {
    if (performance.now() > deadlineMs) throw new Error(`Waited ${PATIENCE_MS} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A bound UDP socket on loopback, with everything it received. */
export async function openUdp(onMessage?: (socket: UdpSocket, bytes: Buffer, port: number) => void) {
  const socket = createSocket("udp4");
  const received: Buffer[] = [];
  socket.on("message", (bytes, from) => {
    received.push(bytes);
    onMessage?.(socket, bytes, from.port);
  });
  const listening = once(socket, "listening");
  socket.bind(0, LOOPBACK_HOST);
  await listening;
  const close = async (): Promise<void> => {
    const closed = once(socket, "close");
    socket.close();
    await closed;
  };
  return { socket, received, port: socket.address().port, close };
}

/** A TCP server on loopback that hands each connection to `onConnection`; `close` ends the connections too. */
export async function openTcp(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    onConnection(socket);
  });
  const listening = once(server, "listening");
  server.listen(0, LOOPBACK_HOST);
  await listening;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port: address.port, sockets, close };
}
