// Bare node-datachannel: one data channel a client on one UDP port, and one frame a tick through it. Usage: data-channels.ts <scene as JSON> <bytes of a frame>
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type DataChannel, PeerConnection } from "node-datachannel";
import { bareOptions } from "./bare-options.ts";
import { BareRooms } from "./bare-rooms.ts";
import { serveMeasured } from "./measured-server.ts";

const ANSWER_PATH = /\/connections\/([^/]+)\/remote-description$/;

const { scene, frameBytes } = bareOptions();
const rooms = new BareRooms(scene.roomSize, scene.tickHz);
const udpPort = await freeUdpPort();
const connections = new Map<string, PeerConnection>();

/** Takes inputs of a channel and sends it one frame a tick. */
function play(channel: DataChannel): void {
  const frame = Buffer.alloc(frameBytes, 0x5a);
  const client = {
    newestInput: 0,
    sendTick(tick: number): void {
      frame.writeUInt32LE(client.newestInput, 0);
      frame.writeUInt32LE(tick, 4);
      if (channel.isOpen()) channel.sendMessageBinary(frame);
    },
  };
  channel.onMessage((input) => {
    client.newestInput = (input as Buffer).readUInt32LE(0);
  });
  channel.onOpen(() => {
    const remove = rooms.add(client);
    channel.onClosed(remove);
  });
}

/** A connection with its offer, every address of it known. */
async function offer(): Promise<{ id: string; sdp: string }> {
  const id = String(connections.size);
  const connection = new PeerConnection(id, {
    iceServers: [],
    bindAddress: "127.0.0.1",
    enableIceUdpMux: true,
    portRangeBegin: udpPort,
    portRangeEnd: udpPort,
  });
  connections.set(id, connection);
  const gathered = new Promise<void>((resolve) => {
    connection.onGatheringStateChange((state) => {
      if (state === "complete") resolve();
    });
  });
  play(connection.createDataChannel("bench", { unordered: true, maxRetransmits: 0 }));
  await gathered;
  // As the server's role; a peer that may take either waits a second for the other.
  return { id, sdp: connection.localDescription()!.sdp.replace("a=setup:actpass", "a=setup:active") };
}

const http = createServer(async (request, response) => {
  const body = await text(request);
  const id = ANSWER_PATH.exec(request.url ?? "")?.[1];
  if (id !== undefined) {
    const { sdp } = JSON.parse(body) as { sdp: string };
    connections.get(id)?.setRemoteDescription(sdp, "answer");
    response.end("{}");
    return;
  }
  const made = await offer();
  response.end(JSON.stringify({ id: made.id, localDescription: { type: "offer", sdp: made.sdp } }));
});
http.listen(0, "127.0.0.1");
await once(http, "listening");
serveMeasured({
  port: (http.address() as AddressInfo).port,
  seats: async (count) => Array.from({ length: count }, () => ({})),
});

async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}
