import assert from "node:assert/strict";
import { after, test } from "node:test";
import { BenchProcess } from "../run/bench-process.ts";
import type { Description, Seat } from "../servers/measured-server.ts";
import { IdleLoad } from "./idle-load.ts";
import { JoinLoad } from "./join-load.ts";

const SCENE = { tickHz: 30, roomSize: 4, movers: 0, halfSize: 24, sightRadius: 0, spareIds: 256 };
const started: BenchProcess[] = [];
after(() => Promise.all(started.map((server) => server.stop())));

async function start(program: string, ...args: string[]): Promise<BenchProcess> {
  const server = await BenchProcess.start([], `bench/servers/${program}`, [JSON.stringify(SCENE), ...args]);
  started.push(server);
  return server;
}

for (const isOurs of [true, false]) {
  test(`${isOurs ? "this server's" : "stock Colyseus'"} seats are taken and left, and taken again by others`, async () => {
    const server = await (isOurs ? start("gamekeeper.ts", "kept") : start("stock-colyseus.ts", "float32"));
    const { port } = await server.ask<Description>("describe");
    const [{ roomId } = {}] = await server.ask<Seat[]>("seats", 1);
    const roomIds = new Array<string>(12).fill(roomId!);
    const tickets = isOurs ? await server.ask<string[]>("tickets", roomIds) : [];
    const seats = roomIds.map((id, index) => ({ roomId: id, ...(isOurs && { ticket: tickets[index]! }) }));
    const load = new JoinLoad({ route: "by-id", port, scene: SCENE, isOurs, atOnce: 2, seats });
    const { faults, joins, stateP50Ms, playP50Ms } = await load.run(12);
    assert.deepEqual(faults, []);
    assert.equal(joins, 12);
    assert.ok(stateP50Ms > 0 && playP50Ms > stateP50Ms);
    assert.match((await load.run(1)).faults[0] ?? "", /there were 12 seats/);
  });
}

test("a join that the server refuses is a fault with its reason, and no join", async () => {
  const server = await start("gamekeeper.ts", "kept");
  const { port } = await server.ask<Description>("describe");
  const [seat] = await server.ask<Seat[]>("seats", 1);
  const seats = [seat!, seat!];
  const load = new JoinLoad({ route: "by-id", port, scene: SCENE, isOurs: true, atOnce: 1, seats });
  const { faults, joins } = await load.run(2);
  assert.equal(joins, 1);
  assert.match(faults[0] ?? "", /ticket\.used/);
});

test("quiet clients stay, and one that the server ends is told of", async () => {
  const server = await start("gamekeeper.ts", "quiet");
  const { port } = await server.ask<Description>("describe");
  const seats = await server.ask<Seat[]>("seats", 9);
  const load = new IdleLoad({ port, seats, hasSeats: true });
  await load.connect();
  load.begin();
  const held = load.end();
  assert.deepEqual(held.faults, []);
  assert.equal(held.clients, 9);
  await server.stop();
  while (load.end().clients > 0) await new Promise((resolve) => setImmediate(resolve));
  const gone = load.end();
  assert.match(gone.faults[0] ?? "", /^of 9 clients: /);
});
