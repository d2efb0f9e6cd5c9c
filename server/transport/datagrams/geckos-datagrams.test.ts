import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { PeerConnection } from "node-datachannel";
import { datagramServerContract } from "./datagram-server.contract.ts";
import { openGeckosDatagrams } from "./geckos-datagrams.ts";
import { endDespitePeers } from "./testing/end-despite-peers.ts";
import { answerTo, NativeClient } from "./testing/native-client.ts";

datagramServerContract("geckos.io", async () => {
  const clock = { nowMs: 0 };
  const server = await openGeckosDatagrams({ port: 0, host: "127.0.0.1", now: () => clock.nowMs });
  return {
    server,
    clock,
    connect: (sessionId, address) => NativeClient.open(server, server.issueTicket(sessionId), address),
    deafAnswer: async (offer) => {
      const connection = new PeerConnection("deaf", { iceServers: [] });
      const answer = await answerTo(connection, offer);
      connection.close();
      return answer;
    },
    flow: () => undefined,
  };
});

test("geckos.io: a UDP port that is taken, too low, or not this machine's is refused with what to set", async () => {
  const squatter = createSocket("udp4");
  squatter.bind(0, "127.0.0.1");
  await once(squatter, "listening");
  const { port } = squatter.address();
  await assert.rejects(openGeckosDatagrams({ port, host: "127.0.0.1" }), new RegExp(`${port} is taken.*UDP_PORT`));
  squatter.close();
  await assert.rejects(openGeckosDatagrams({ port: 80, host: "127.0.0.1" }), /1025 to 65535/);
  await assert.rejects(openGeckosDatagrams({ port: 0, host: "192.0.2.200" }), /UDP_HOST/);
});

endDespitePeers();
