import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { LeanWebSocket } from "./lean-web-socket.ts";

const MAX_PAYLOAD = 4096;
const server = createServer();
const sockets = new WebSocketServer({ server, WebSocket: LeanWebSocket, maxPayload: MAX_PAYLOAD });
let port = 0;

before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
after(() => {
  for (const socket of sockets.clients) socket.terminate();
  server.close();
});

/** A connection from both its ends: ours, and the library's own client. */
async function pair(): Promise<{ ours: LeanWebSocket; client: WebSocket }> {
  const accepted = once(sockets, "connection");
  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  const [[ours]] = await Promise.all([accepted, once(client, "open")]);
  return { ours, client };
}

/** A client that writes its bytes itself. */
async function rawPair(): Promise<{ ours: LeanWebSocket; client: Socket }> {
  const accepted = once(sockets, "connection");
  const client = connect(port, "127.0.0.1");
  client.write(
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
  );
  const [[ours]] = await Promise.all([accepted, once(client, "data")]);
  return { ours, client };
}

/** Node's own end of a connection, where its system calls are made. */
interface Handle {
  readonly writeQueueSize: number;
  writeBuffer(request: object, bytes: Uint8Array): number;
}

function handleOf(socket: LeanWebSocket): Handle {
  return (socket as unknown as { _socket: { _handle: Handle } })._socket._handle;
}

const messages = (socket: WebSocket, count: number): Promise<[string, boolean][]> => {
  const { promise, resolve } = Promise.withResolvers<[string, boolean][]>();
  const came: [string, boolean][] = [];
  socket.on("message", (data, isBinary) => {
    came.push([data.toString(), isBinary]);
    if (came.length === count) resolve(came);
  });
  return promise;
};

test("messages of every length arrive in both directions, in order, text among them", async () => {
  const { ours, client } = await pair();
  const sizes = [0, 1, 125, 126, 127, 3_000, MAX_PAYLOAD];
  const sent = sizes.map((size) => "x".repeat(size));
  for (const [from, to] of [
    [ours, client],
    [client, ours],
  ] as const) {
    const came = messages(to, sent.length * 2);
    for (const text of sent) {
      from.send(Buffer.from(text));
      from.send(text);
    }
    assert.deepEqual(
      await came,
      sent.flatMap((text) => [
        [text, true],
        [text, false],
      ]),
    );
  }
});

test("a message longer than 65,535 bytes is framed as RFC 6455 says", async () => {
  const { ours, client } = await pair();
  const came = once(client, "message");
  ours.send(Buffer.alloc(70_000, 7));
  assert.equal(((await came)[0] as Buffer).length, 70_000);
});

test("a message is copied: the buffer may be used again at once", async () => {
  const { ours, client } = await pair();
  const came = messages(client, 2);
  const shared = Buffer.from("first");
  ours.send(shared);
  shared.write("again");
  ours.send(shared);
  assert.deepEqual(await came, [
    ["first", true],
    ["again", true],
  ]);
});

test("what one turn sends is one write", async () => {
  const { ours, client } = await pair();
  const handle = handleOf(ours);
  const writes: number[] = [];
  const write = handle.writeBuffer.bind(handle);
  handle.writeBuffer = (request, bytes) => {
    writes.push(bytes.length);
    return write(request, bytes);
  };
  const came = messages(client, 3);
  for (const text of ["snapshot", "patch", "message"]) ours.send(Buffer.from(text));
  await came;
  assert.deepEqual(writes, [20 + 3 * 2]);
});

test("small messages do not pass the library's reader, and everything else does", async () => {
  const { ours, client } = await pair();
  const receiver = (ours as unknown as { _receiver: { _write: (chunk: Buffer, ...rest: unknown[]) => void } })
    ._receiver;
  let bytes = 0;
  const read = receiver._write.bind(receiver);
  receiver._write = (chunk, ...rest) => {
    bytes += chunk.length;
    read(chunk, ...rest);
  };
  const came = messages(ours, 2);
  client.send(Buffer.from("small"));
  client.send(Buffer.alloc(200));
  await came;
  assert.equal(bytes, 200 + 8);
});

test("a ping, a message with a callback and a close keep their place", async () => {
  const { ours, client } = await pair();
  const order: string[] = [];
  client.on("message", (data) => order.push(data.toString()));
  client.on("ping", () => order.push("ping"));
  const closed = once(client, "close");
  ours.send(Buffer.from("a"));
  ours.ping();
  ours.send(Buffer.from("b"));
  ours.send(Buffer.from("c"), {}, () => undefined);
  ours.send(Buffer.from("d"));
  ours.close(4001, "done");
  ours.send(Buffer.from("too late"), () => undefined);
  const [code, reason] = await closed;
  assert.deepEqual(order, ["a", "ping", "b", "c", "d"]);
  assert.deepEqual([code, String(reason)], [4001, "done"]);
});

test("a frame that the gate keeps reaches no listener", async () => {
  const { ours, client } = await pair();
  ours.onFrame = (frame, isBinary) => isBinary && frame[0] === 1;
  const came = once(ours, "message");
  client.send("text");
  client.send(Buffer.from([0]));
  client.send(Buffer.from([1]));
  assert.deepEqual([...((await came)[0] as Buffer)], [1]);
});

for (const [what, bytes, code] of [
  ["an unmasked message", [0x82, 1, 9], 1002],
  ["a message inside a fragmented one", [0x02, 0x81, 0, 0, 0, 0, 9, 0x82, 0x81, 0, 0, 0, 0, 9], 1002],
  ["a message that says it is 2^62 bytes long", [0x82, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1009],
  ["a message past the limit", [0x82, 0xfe, 0x10, 0x01, 0, 0, 0, 0], 1009],
] as const) {
  test(`${what} ends the connection, as the library has it`, async () => {
    const { ours, client } = await rawPair();
    ours.on("error", () => undefined);
    const closed = new Promise((resolve) => ours.on("close", resolve));
    const answered = once(client, "data");
    client.write(Buffer.from(bytes));
    const [answer] = (await answered) as [Buffer];
    assert.deepEqual([answer[0], answer.readUInt16BE(2)], [0x88, code]);
    client.write(Buffer.from([0x82, 0x81, 0, 0, 0, 0, 1]));
    client.destroy();
    await closed;
  });
}

test("a message that is sent to a connection that is gone does no harm", async () => {
  const { ours, client } = await pair();
  const closed = once(ours, "close");
  client.terminate();
  await closed;
  ours.send(Buffer.from("hello"), () => undefined);
  const next = await pair();
  next.ours.send(Buffer.from("gone before the turn ends"));
  next.ours.terminate();
  await once(next.client, "close");
});

test("[this version of Node] sockets are read in place", async () => {
  const { ours, client } = await pair();
  const memory = new Set<ArrayBufferLike>();
  const came = Promise.withResolvers<void>();
  ours.onFrame = (frame) => {
    memory.add(frame.buffer);
    if (frame[0] === 9) came.resolve();
    return false;
  };
  for (let index = 0; index < 10; index++) {
    client.send(Buffer.from([index]));
    await new Promise(setImmediate);
  }
  await came.promise;
  assert.equal(memory.size, 1);
});

test("what a listener is given stays as it is, however many messages follow", async () => {
  const { ours, client } = await pair();
  const came: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  ours.on("message", (data) => {
    came.push(data as Buffer);
    if (came.length === 60) resolve();
  });
  for (let index = 0; index < 20; index++) {
    client.send(Buffer.alloc(20, index));
    client.send(Buffer.alloc(300, index));
    client.send(Buffer.alloc(20, index).toString("latin1"));
    await new Promise(setImmediate);
  }
  await promise;
  assert.deepEqual(
    came.map((data) => [data.length, new Set(data).size]),
    Array.from({ length: 20 }, () => [20, 300, 20])
      .flat()
      .map((length) => [length, 1]),
  );
  assert.deepEqual(
    came.map((data) => data[0]),
    Array.from({ length: 60 }, (_, index) => Math.floor(index / 3)),
  );
});

test("a client that is not read from is not read for: what it sends waits, and all of it arrives", async () => {
  const { ours, client } = await pair();
  ours.pause();
  let bytes = 0;
  const all = Promise.withResolvers<void>();
  ours.on("message", (data) => {
    bytes += (data as Buffer).length;
    if (bytes === 200 * 4_000) all.resolve();
  });
  for (let index = 0; index < 200; index++) client.send(Buffer.alloc(4_000));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(bytes, 0);
  ours.resume();
  await all.promise;
});

test("a client that does not read is ended before what waits for it grows past a mebibyte and what one turn sends", async () => {
  const { ours, client } = await pair();
  const handle = handleOf(ours);
  client.pause();
  const closed = once(ours, "close");
  let longest = 0;
  const frame = Buffer.alloc(64 * 1024);
  while (ours.readyState === WebSocket.OPEN) {
    ours.send(frame);
    longest = Math.max(longest, handle.writeQueueSize);
    await new Promise(setImmediate);
  }
  await closed;
  assert.ok(longest > 0 && longest <= 1024 * 1024 + frame.length + 10, `${longest} bytes waited`);
  client.terminate();
});

test("[this version of Node] what fits is written past the stream, and what does not keeps its place", async () => {
  const { ours, client } = await pair();
  const socket = (ours as unknown as { _socket: Socket })._socket;
  const handle = handleOf(ours);
  let streamed = 0;
  const write = socket.write.bind(socket);
  socket.write = ((...args: Parameters<Socket["write"]>) => {
    streamed += 1;
    return write(...args);
  }) as Socket["write"];
  client.pause();
  const sent: string[] = [];
  // Until the system takes no more, and a few beyond.
  while (handle.writeQueueSize < 256 * 1024) {
    sent.push(String(sent.length).padEnd(32 * 1024));
    ours.send(Buffer.from(sent.at(-1)!));
    await new Promise(setImmediate);
  }
  assert.equal(streamed, 0);
  const callback = Promise.withResolvers<void>();
  ours.send(Buffer.from("with a callback"), {}, () => callback.resolve());
  ours.send(Buffer.from("after it"));
  const came = messages(client, sent.length + 2);
  client.resume();
  const order = (await came).map(([text]) => text);
  await callback.promise;
  assert.deepEqual(order, [...sent, "with a callback", "after it"]);
});

test("what one turn sends does not pile up either", async () => {
  const { ours, client } = await pair();
  client.pause();
  const closed = once(ours, "close");
  const frame = Buffer.alloc(64 * 1024);
  for (let count = 0; count < 1_000; count++) ours.send(frame);
  await closed;
  client.terminate();
});
