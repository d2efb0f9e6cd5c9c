import assert from "node:assert/strict";
import { test } from "node:test";
import { EchoClient } from "../load/echo-client.ts";
import { buildNativeServer, NativeServer } from "./native-server.ts";

const SCENE = { tickHz: 100, roomSize: 2, movers: 0, halfSize: 1, sightRadius: 0 };
const built = buildNativeServer();

test("the C floor echoes inputs in frames of the size asked for", {
  skip: "missing" in built && built.missing,
}, async () => {
  const server = NativeServer.start([], SCENE, 300);
  try {
    const { port } = await server.ask<{ port: number }>("describe");
    const client = new EchoClient();
    await client.join(port);
    client.counters.reset(true);
    client.sendInput();
    while (client.counters.timing?.latenciesMs.count === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(client.counters.faults, []);
    assert.equal(client.counters.snapshotBytes / client.counters.snapshots, 300);
  } finally {
    await server.stop();
  }
});
