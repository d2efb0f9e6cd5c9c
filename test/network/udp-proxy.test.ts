// The UDP proxy with real sockets. The model decides what is lost, so the tests know exactly which datagrams arrive.
import assert from "node:assert/strict";
import { test } from "node:test";
import { NetworkPath } from "./network-path.ts";
import { openUdp, profileOf, until } from "./test-network.ts";
import { startUdpProxy, type UdpProxyOptions } from "./udp-proxy.ts";

const SEED = 77;

/** An echo server, a proxy in front of it and a client, all gone when the test ends. */
async function open(t: { after: (end: () => Promise<void>) => void }, options: Partial<UdpProxyOptions> = {}) {
  const server = await openUdp((socket, bytes, port) => socket.send(bytes, port, "127.0.0.1"));
  const proxy = await startUdpProxy({ target: { port: server.port }, profile: profileOf({}), seed: SEED, ...options });
  const client = await openUdp();
  t.after(async () => {
    await proxy.close();
    await Promise.all([server.close(), client.close()]);
  });
  /** Sends numbered datagrams, few at a time, so that the system's own buffers drop none. */
  const send = async (count: number, from = 0): Promise<void> => {
    for (let index = from; index < from + count; index += 1) {
      const before = proxy.counters().up.offered;
      client.socket.send(numbered(index), proxy.address.port, "127.0.0.1");
      if (index % 20 === 19 || index === from + count - 1) {
        await until("the proxy has read what was sent", () => proxy.counters().up.offered > before);
      }
    }
    await until("everything was offered", () => proxy.counters().up.offered >= from + count);
  };
  return { server, proxy, client, send };
}

function numbered(index: number): Buffer {
  const bytes = Buffer.alloc(50);
  bytes.writeUInt32BE(index);
  return bytes;
}

function numbersOf(list: readonly Buffer[]): number[] {
  return list.map((bytes) => bytes.readUInt32BE());
}

test("datagrams pass both ways unchanged and in order on a clear path", async (t) => {
  const { server, client, send } = await open(t);
  await send(100);
  await until("all echoes are back", () => client.received.length === 100);
  const all = Array.from({ length: 100 }, (_, index) => index);
  assert.deepEqual(numbersOf(server.received), all);
  assert.deepEqual(numbersOf(client.received), all);
});

test("exactly the datagrams are lost that the seed says", async (t) => {
  const profile = profileOf({ loss: { kind: "independent", rate: 0.2 }, duplicateRate: 0.1 });
  const { server, proxy, send } = await open(t, { profile });
  const links = new NetworkPath({ profile, seed: SEED }).createLinks();
  const expected = Array.from({ length: 400 }, (_, index) => {
    const outcome = links.up.offer(78, index);
    return outcome.isDelivered ? outcome.arrivalsMs.map(() => index) : [];
  }).flat();
  await send(400);
  await until("all that should arrive has", () => server.received.length >= expected.length);
  assert.deepEqual(numbersOf(server.received), expected);
  const { up, failed, overflowed } = proxy.counters();
  assert.deepEqual([up.offered, up.delivered, failed, overflowed], [400, expected.length, 0, 0]);
});

test("delay is at least what the profile says, and jitter reorders where it may", async (t) => {
  const { server, proxy, client, send } = await open(t, {
    profile: profileOf({ delayMs: 30, jitterMs: 25, isReordering: true }),
  });
  const startedMs = performance.now();
  client.socket.send(numbered(0), proxy.address.port, "127.0.0.1");
  await until("the echo is back", () => client.received.length === 1);
  assert.ok(performance.now() - startedMs >= 2 * 5);
  await send(200, 1);
  await until("all are there", () => server.received.length === 201);
  const numbers = numbersOf(server.received);
  assert.notDeepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  );
  assert.deepEqual(new Set(numbers).size, 201);
});

test("blocking, unblocking, blackouts and another profile hold at once, for clients that are here", async (t) => {
  const { server, proxy, send } = await open(t);
  await send(10);
  await until("the path is clear", () => server.received.length === 10);
  proxy.block(["up"]);
  await send(10, 10);
  assert.equal(proxy.counters().up.blackedOut, 10);
  proxy.unblock();
  proxy.setProfile(profileOf({ loss: { kind: "independent", rate: 1 } }));
  await send(10, 20);
  assert.equal(proxy.counters().up.lost, 10);
  proxy.setProfile("lan");
  await send(10, 30);
  await until("the path is clear again", () => server.received.length === 20);
  proxy.blackout(60_000);
  await send(10, 40);
  assert.equal(proxy.counters().up.blackedOut, 20);
  assert.deepEqual(
    numbersOf(server.received).slice(10),
    Array.from({ length: 10 }, (_, index) => 30 + index),
  );
});

test("a blackout ends by itself", async (t) => {
  const { server, proxy, client } = await open(t);
  proxy.blackout(40);
  await until("a datagram passes again", () => {
    client.socket.send(numbered(1), proxy.address.port, "127.0.0.1");
    return server.received.length > 0;
  });
  assert.ok(proxy.counters().up.blackedOut > 0);
});

test("each client gets its own answers, clients past the bound are refused, and an idle one makes room", async (t) => {
  const { proxy, client, send } = await open(t, { maxClients: 1, idleMs: 50 });
  await send(1);
  await until("the first client is served", () => client.received.length === 1);
  const second = await openUdp();
  t.after(second.close);
  const first = setInterval(() => client.socket.send(numbered(0), proxy.address.port, "127.0.0.1"), 5);
  second.socket.send(numbered(7), proxy.address.port, "127.0.0.1");
  await until("the second is refused", () => proxy.counters().clientsRefused > 0);
  clearInterval(first);
  await until("the first has expired", () => proxy.counters().clientsExpired > 0);
  await until("the second is served", () => {
    second.socket.send(numbered(8), proxy.address.port, "127.0.0.1");
    return second.received.length > 0;
  });
  assert.equal(second.received[0]?.readUInt32BE(), 8);
  assert.ok(numbersOf(client.received).every((number) => number === 0));
});

test("addresses that are not loopback, ports and figures out of range are refused by name", async () => {
  const start = (changes: Partial<UdpProxyOptions>) =>
    startUdpProxy({ target: { port: 9 }, profile: "lan", seed: 1, ...changes });
  await assert.rejects(start({ target: { host: "192.0.2.1", port: 9 } }), /target\.host must be a loopback address/);
  await assert.rejects(start({ listen: { host: "0.0.0.0" } }), /listen\.host must be a loopback address/);
  await assert.rejects(start({ target: { host: "127.0.0.1.example.com", port: 9 } }), /must be a loopback address/);
  await assert.rejects(start({ target: { port: 0 } }), /target\.port must be a whole number from 1 to 65535/);
  await assert.rejects(start({ seed: -1 }), /seed must be from 0/);
  await assert.rejects(start({ maxClients: 0 }), /maxClients must be from 1 to 1024/);
  await assert.rejects(start({ profile: profileOf({ delayMs: -1 }) }), /delayMs must be from 0/);
});
