// The allocator asks the likeliest game servers until one holds a seat.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { afterEach, describe, it } from "node:test";
import type { GameServerHeartbeat } from "../../shared/schema/platform/index.ts";
import { createLog } from "../ops/log.ts";
import { Metrics } from "../ops/metrics.ts";
import { type FakeGameServer, type SeatAnswer, startFakeGameServer } from "../testing/fake-game-server.ts";
import { MAX_SERVERS_ASKED, RegistryAllocator } from "./registry-allocator.ts";

const SERVER_KEY = "0123456789abcdef0123456789abcdef";

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
    const live = heartbeats.map((heartbeat, i) => ({ serverId: `gs-${i}`, ...heartbeat }));
    const metrics = new Metrics();
    metrics.close();
    const deps = { servers: { live: async () => live }, serverKey: SERVER_KEY, metrics, log: createLog("silent") };
    return { allocator: new RegistryAllocator(deps), metrics };
  }

  const need = { mode: "arena", playerId: randomUUID() };

  it("asks with the server credential, and gives back where the seat is", async () => {
    const server = await gameServer();
    const { allocator } = allocatorOver(server.heartbeat({ endpoint: "wss://a.example.com/path" }));
    assert.deepEqual(await allocator.requestSeat(need), { endpoint: "wss://a.example.com/path", roomId: "room-1" });
    assert.deepEqual(server.asked, [{ body: need, authorization: `Bearer ${SERVER_KEY}` }]);
  });

  it("asks the fullest first, and never one that drains or lacks the mode", async () => {
    const [few, many, draining, other] = [
      await gameServer(),
      await gameServer(),
      await gameServer(),
      await gameServer(),
    ];
    const { allocator } = allocatorOver(
      few.heartbeat({ players: 1 }),
      many.heartbeat({ players: 9 }),
      draining.heartbeat({ players: 50, isDraining: true }),
      other.heartbeat({ players: 50, modes: ["race"] }),
    );
    await allocator.requestSeat(need);
    assert.deepEqual(
      [few, many, draining, other].map(({ asked }) => asked.length),
      [0, 1, 0, 0],
    );
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
      const { allocator } = allocatorOver(first.heartbeat({ players: 5 }), second.heartbeat());
      assert.equal((await allocator.requestSeat(need))?.roomId, "room-1");
      assert.equal(first.asked.length, 1);
    }
    const second = await gameServer();
    const gone = second.heartbeat({ players: 5, controlUrl: "http://127.0.0.1:1" });
    const { allocator, metrics } = allocatorOver(gone, second.heartbeat());
    assert.equal((await allocator.requestSeat(need))?.roomId, "room-1");
    const text = await metrics.registry.getSingleMetricAsString("platform_seat_requests_total");
    assert.match(text, /outcome="unreachable"\} 1/);
    assert.match(text, /outcome="held"\} 1/);
  });

  it("does not wait for one that never answers longer than its time limit", async () => {
    const silent = await gameServer(() => undefined);
    const good = await gameServer();
    const { allocator } = allocatorOver(silent.heartbeat({ players: 5 }), good.heartbeat());
    const startedAt = performance.now();
    assert.equal((await allocator.requestSeat(need))?.roomId, "room-1");
    const elapsedMs = performance.now() - startedAt;
    assert.ok(elapsedMs > 1_900 && elapsedMs < 4_000, `${elapsedMs} ms`);
  });

  it("gives undefined when nobody has a seat, having asked a bounded number", async () => {
    const full = await gameServer(() => ({ status: 409, body: {} }));
    const { allocator } = allocatorOver(...Array.from({ length: 20 }, () => full.heartbeat()));
    assert.equal(await allocator.requestSeat(need), undefined);
    assert.equal(full.asked.length, MAX_SERVERS_ASKED);
    assert.equal(await allocatorOver().allocator.requestSeat(need), undefined);
  });
});
