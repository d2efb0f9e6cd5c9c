// The TCP proxy with real sockets: whatever the path does, the application sees its bytes whole and in order.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { startTcpProxy, type TcpProxyOptions } from "./tcp-proxy.ts";
import { openTcp, profileOf, until } from "./test-network.ts";

interface Scope {
  readonly after: (end: () => Promise<void>) => void;
}

/** A server, and a proxy in front of it, gone when the test ends. */
async function open(t: Scope, onConnection: (socket: Socket) => void, options: Partial<TcpProxyOptions> = {}) {
  const server = await openTcp(onConnection);
  const proxy = await startTcpProxy({ target: { port: server.port }, profile: profileOf({}), seed: 5, ...options });
  t.after(async () => {
    await proxy.close();
    await server.close();
  });
  return { server, proxy };
}

/** A client socket that keeps what it received, and whose errors are only noted. */
async function dial(port: number) {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const state = { received: Buffer.alloc(0), error: "", isEnded: false };
  socket.on("data", (bytes) => {
    state.received = Buffer.concat([state.received, bytes]);
  });
  socket.on("end", () => {
    state.isEnded = true;
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    state.error = error.code ?? error.message;
  });
  // A reset may come before the connection counts as made; the error is then the answer.
  await new Promise((resolve) => socket.once("connect", resolve).once("close", resolve));
  return { socket, state };
}

const echo = (socket: Socket): void => {
  socket.pipe(socket);
};

test("bytes come back whole, in order and ended properly over a path that loses, reorders and repeats", async (t) => {
  const { proxy } = await open(t, echo, {
    profile: profileOf({
      loss: { kind: "independent", rate: 0.1 },
      delayMs: 3,
      jitterMs: 2,
      isReordering: true,
      duplicateRate: 0.1,
    }),
  });
  const { socket, state } = await dial(proxy.address.port);
  const sent = randomBytes(100_000);
  for (let offset = 0; offset < sent.length; offset += 700) socket.write(sent.subarray(offset, offset + 700));
  socket.end();
  await once(socket, "close");
  assert.equal(state.error, "");
  assert.ok(state.isEnded);
  assert.ok(state.received.equals(sent));
  const { up, down } = proxy.counters();
  assert.deepEqual([up.acceptedBytes, up.deliveredBytes, down.deliveredBytes], [100_000, 100_000, 100_000]);
  assert.ok(up.retransmissions > 0 && up.link.lost > 0 && down.link.lost > 0);
});

test("a loss shows as a stall of everything behind it, and as nothing else", async (t) => {
  const { proxy } = await open(t, echo, { profile: profileOf({ delayMs: 5 }) });
  const { socket, state } = await dial(proxy.address.port);
  socket.write("a");
  await until("the path is open", () => state.received.length === 1);
  const calm = proxy.counters().up.longestWaitMs;
  assert.ok(calm >= 5);
  proxy.freeze(["up"]);
  socket.write("b");
  await until("the segment was lost", () => proxy.counters().up.link.blackedOut > 0);
  proxy.restore();
  socket.write("c");
  await until("both are there", () => state.received.length === 3);
  assert.equal(state.received.toString(), "abc");
  assert.ok(proxy.counters().up.retransmissions > 0);
  assert.ok(proxy.counters().up.longestWaitMs > calm);
});

test("a source that outruns the path is not read past the bound", async (t) => {
  const bufferBytes = 100_000;
  let worst = 0;
  let received = 0;
  const { proxy } = await open(
    t,
    (socket) => {
      socket.on("data", (bytes) => {
        received += bytes.length;
        const { up } = proxy.counters();
        worst = Math.max(worst, up.acceptedBytes - up.deliveredBytes);
      });
    },
    { bufferBytes, profile: profileOf({ delayMs: 2, bandwidthBitsPerSecond: 20_000_000, queueBytes: 50_000 }) },
  );
  const { socket } = await dial(proxy.address.port);
  socket.write(Buffer.alloc(1_000_000));
  await until("all of it is there", () => received === 1_000_000);
  assert.ok(worst > bufferBytes / 2, `the path was never full: ${worst}`);
  assert.ok(worst <= bufferBytes + 65_536, `${worst} bytes were held`);
});

test("a source is not read past the bound when the far end does not read, and all arrives when it does", async (t) => {
  let far: Socket | undefined;
  const { proxy } = await open(t, (socket) => {
    far = socket.pause();
  });
  const { socket } = await dial(proxy.address.port);
  socket.write(Buffer.alloc(16_000_000));
  // The systems' own buffers take some megabytes; what then stays in the client shows that the proxy stopped reading.
  let last = -1;
  let unchanged = 0;
  await until("nothing moves any more", () => {
    const { acceptedBytes } = proxy.counters().up;
    unchanged = acceptedBytes > 0 && acceptedBytes === last ? unchanged + 1 : 0;
    last = acceptedBytes;
    return unchanged > 50;
  });
  assert.ok(socket.writableLength > 0);
  let received = 0;
  far?.on("data", (bytes) => {
    received += bytes.length;
  });
  far?.resume();
  await until("all of it is there", () => received === 16_000_000);
});

test("cut() resets both ends, and a new connection works", async (t) => {
  const { server, proxy } = await open(t, echo);
  const { socket, state } = await dial(proxy.address.port);
  socket.write("x");
  await until("the echo is back", () => state.received.length === 1);
  proxy.cut();
  await until("the client was reset", () => state.error === "ECONNRESET");
  await until("the server was reset", () => server.sockets.size === 0);
  const again = await dial(proxy.address.port);
  again.socket.write("y");
  await until("the new connection echoes", () => again.state.received.length === 1);
  assert.deepEqual([proxy.counters().connections, proxy.counters().connectionsAccepted], [1, 2]);
});

test("a frozen connection is half-open: one side goes, and the other learns it only when it sends after restore()", async (t) => {
  const { server, proxy } = await open(t, echo, { profile: profileOf({ delayMs: 2 }) });
  const { socket, state } = await dial(proxy.address.port);
  socket.write("x");
  await until("the echo is back", () => state.received.length === 1);
  const [far] = server.sockets;
  proxy.freeze();
  const before = proxy.counters().up.link.blackedOut;
  socket.resetAndDestroy();
  await until("the reset was lost", () => proxy.counters().up.link.blackedOut > before);
  proxy.restore();
  assert.equal(far?.destroyed, false);
  assert.equal(proxy.counters().connections, 1);
  far?.write("anyone there?");
  await until("the server was reset", () => server.sockets.size === 0);
  await until("the connection is forgotten", () => proxy.counters().connections === 0);
});

test("a target that is not there resets the client, and connections past the bound are refused", async (t) => {
  const { server, proxy } = await open(t, echo, { profile: "lan", maxConnections: 1 });
  const first = await dial(proxy.address.port);
  first.socket.write("x");
  await until("the first is served", () => first.state.received.length === 1);
  const second = await dial(proxy.address.port);
  await until("the second is reset", () => second.state.error === "ECONNRESET");
  assert.equal(proxy.counters().connectionsRefused, 1);
  first.socket.destroy();
  await server.close();
  await until("the first is forgotten", () => proxy.counters().connections === 0);
  const third = await dial(proxy.address.port);
  await until("nobody is at the target", () => third.state.error === "ECONNRESET");
});

test("addresses that are not loopback and figures out of range are refused by name", async () => {
  const start = (changes: Partial<TcpProxyOptions>) =>
    startTcpProxy({ target: { port: 9 }, profile: "lan", seed: 1, ...changes });
  await assert.rejects(start({ target: { host: "10.0.0.1", port: 9 } }), /target\.host must be a loopback address/);
  await assert.rejects(start({ listen: { host: "::" } }), /listen\.host must be a loopback address/);
  await assert.rejects(start({ listen: { port: 70_000 } }), /listen\.port must be a whole number from 0 to 65535/);
  await assert.rejects(start({ bufferBytes: 0 }), /bufferBytes must be from 1 to 1048576/);
  await assert.rejects(start({ maxConnections: 2_000 }), /maxConnections must be from 1 to 1024/);
});
