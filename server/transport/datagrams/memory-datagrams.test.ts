import assert from "node:assert/strict";
import { test } from "node:test";
import { datagramServerContract } from "./datagram-server.contract.ts";
import { MemoryDatagrams } from "./testing/memory-datagrams.ts";

const ANSWER = `a=ice-ufrag:abcd\na=ice-pwd:abcdefghijklmnopqrstuv\na=fingerprint:sha-256 ${Array(32).fill("00").join(":")}\na=setup:passive\n`;

datagramServerContract("in memory", async () => {
  const server = new MemoryDatagrams();
  return {
    server,
    clock: server.clock,
    connect: (sessionId, address) => server.connect(server.issueTicket(sessionId), address),
    deafAnswer: async () => {
      server.pairs.at(-1)!.isMute = true;
      return ANSWER;
    },
    flow: () => server.flush(),
  };
});

test("in memory: what is on its way is the test's to lose, to double and to reorder", async () => {
  const server = new MemoryDatagrams();
  const taken: number[] = [];
  server.onChannel((_, channel) => channel.onFrame((frame) => taken.push(frame[0]!)));
  const client = await server.connect(server.issueTicket("ann"));
  for (const byte of [1, 2, 3]) client.send(Uint8Array.of(byte));
  const { toServer } = server.pairs[0]!;
  toServer.splice(0, 3, toServer[2]!, toServer[0]!, toServer[0]!);
  assert.deepEqual(taken, []);
  server.flush();
  assert.deepEqual(taken, [3, 1, 1]);
  await server.close();
});
