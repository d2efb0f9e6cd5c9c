// The allocator asks the likeliest game servers until one holds a seat.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { afterEach, describe, it } from "node:test";
import { FIRST_ENVIRONMENT as environmentId, type GameServerHeartbeat } from "../../shared/schema/platform/index.ts";
import { createLog } from "../ops/log.ts";
import { Metrics } from "../ops/metrics.ts";
import { type FakeGameServer, type SeatAnswer, startFakeGameServer } from "../testing/fake-game-server.ts";
import { MAX_SERVERS_ASKED, RegistryAllocator } from "./registry-allocator.ts";

describe("registry allocator", () => {
  const open: FakeGameServer[] = [];
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close();
  });

  async function gameServer(answer?: () => SeatAnswer): Promise<FakeGameServer> {
    const server = await startFakeGameServer();
    open.push(server);
    if (answer !== undefined) server.answerWith(answer);
    return server;
  }

  function allocatorOver(...heartbeats: GameServerHeartbeat[]) {
    const live = heartbeats.map((heartbeat, i) => ({ serverId: `gs-${i}`, keyId: "k", ...heartbeat }));
    const metrics = new Metrics();
    metrics.close();
    const deps = { servers: { live: async () => live }, metrics, log: createLog("silent") };
    return { allocator: new RegistryAllocator(deps), metrics };
  }

  const need = { mode: "arena", playerId: randomUUID() };

  it("asks with the key that the game server made up, and gives back where the seat is", async () => {
    const server = await gameServer();
    const { allocator } = allocatorOver(server.heartbeat({ endpoint: "wss://a.example.com/path" }));
    assert.deepEqual(await allocator.requestSeat(environmentId, need), {
      endpoint: "wss://a.example.com/path",
      roomId: "room-1",
    });
    assert.deepEqual(server.asked, [{ body: need, authorization: `Bearer ${server.heartbeat().controlKey}` }]);
  });

  it("asks for a free seat of a running room first, and never one that drains or lacks the mode", async () => {
    const servers = await Promise.all([gameServer(), gameServer(), gameServer(), gameServer()]);
    const [idle, running, draining, other] = servers;
    const freeSeats = { arena: 3 };
    const { allocator } = allocatorOver(
      idle.heartbeat(),
      running.heartbeat({ players: 9, load: 0.5, freeSeats }),
      draining.heartbeat({ players: 50, freeSeats, isDraining: true }),
      other.heartbeat({ players: 50, modes: ["race"] }),
    );
    await allocator.requestSeat(environmentId, need);
    assert.deepEqual(
      servers.map(({ asked }) => asked.map(({ body }) => body)),
      [[], [{ ...need, mayOpenRoom: false }], [], []],
    );
  });

  it("asks the least loaded for a new room when the free seats are gone", async () => {
    const running = await gameServer(() => ({ status: 409, body: { code: "room.full" } }));
    const [busy, idle] = [await gameServer(), await gameServer()];
    const { allocator } = allocatorOver(
      running.heartbeat({ players: 9, load: 0.6, freeSeats: { arena: 1 } }),
      busy.heartbeat({ players: 2, load: 0.5 }),
      idle.heartbeat({ players: 4, load: 0.2 }),
    );
    await allocator.requestSeat(environmentId, need);
    assert.deepEqual(
      [running, busy, idle].map(({ asked }) => asked.map(({ body }) => body)),
      [[{ ...need, mayOpenRoom: false }], [], [need]],
    );
  });

  it("fills a room that it had opened before a heartbeat tells of it, and opens the next one elsewhere", async () => {
    let free = 2;
    const first = await gameServer(() =>
      free-- > 0 ? { status: 200, body: { roomId: "room-1", isNewRoom: free === 1 } } : { status: 409, body: {} },
    );
    const second = await gameServer(() => ({ status: 200, body: { roomId: "room-2", isNewRoom: true } }));
    const { allocator } = allocatorOver(first.heartbeat(), second.heartbeat());
    const rooms = [
      await allocator.requestSeat(environmentId, need),
      await allocator.requestSeat(environmentId, need),
      await allocator.requestSeat(environmentId, need),
    ];
    assert.deepEqual(
      rooms.map((seat) => seat?.roomId),
      ["room-1", "room-1", "room-2"],
    );
  });

  it("does not ask one that did not answer a second time", async () => {
    const silent = await gameServer(() => ({ status: 503, body: { code: "server.draining" } }));
    const good = await gameServer();
    const { allocator } = allocatorOver(silent.heartbeat({ freeSeats: { arena: 1 } }), good.heartbeat({ load: 0.5 }));
    assert.equal((await allocator.requestSeat(environmentId, need))?.roomId, "room-1");
    assert.equal(silent.asked.length, 1);
  });

  it("goes on to the next after full, draining, refused, nonsense and no connection", async () => {
    const answers: SeatAnswer[] = [
      { status: 409, body: { code: "room.full" } },
      { status: 503, body: { code: "server.draining" } },
      { status: 200, body: { room: "wrong shape" } },
    ];
    for (const answer of answers) {
      const first = await gameServer(() => answer);
      const second = await gameServer();
      const { allocator } = allocatorOver(first.heartbeat(), second.heartbeat({ load: 0.5 }));
      assert.equal((await allocator.requestSeat(environmentId, need))?.roomId, "room-1");
      assert.equal(first.asked.length, 1);
    }
    const second = await gameServer();
    const gone = second.heartbeat({ controlUrl: "http://127.0.0.1:1" });
    const { allocator, metrics } = allocatorOver(gone, second.heartbeat({ load: 0.5 }));
    assert.equal((await allocator.requestSeat(environmentId, need))?.roomId, "room-1");
    const text = await metrics.registry.getSingleMetricAsString("platform_seat_requests_total");
    assert.match(text, /outcome="unreachable"\} 1/);
    assert.match(text, /outcome="held"\} 1/);
  });

  it("does not wait for one that never answers longer than its time limit", async () => {
    const silent = await gameServer(() => undefined);
    const good = await gameServer();
    const { allocator } = allocatorOver(silent.heartbeat(), good.heartbeat({ load: 0.5 }));
    const startedAt = performance.now();
    assert.equal((await allocator.requestSeat(environmentId, need))?.roomId, "room-1");
    const elapsedMs = performance.now() - startedAt;
    assert.ok(elapsedMs > 1_900 && elapsedMs < 4_000, `${elapsedMs} ms`);
  });

  it("gives undefined when nobody has a seat, having asked a bounded number", async () => {
    const full = await gameServer(() => ({ status: 409, body: {} }));
    const { allocator } = allocatorOver(...Array.from({ length: 20 }, () => full.heartbeat()));
    assert.equal(await allocator.requestSeat(environmentId, need), undefined);
    assert.equal(full.asked.length, MAX_SERVERS_ASKED);
    assert.equal(await allocatorOver().allocator.requestSeat(environmentId, need), undefined);
  });
});
