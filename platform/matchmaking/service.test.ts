// Tickets: one a player, matched as soon as there is a seat, and nobody else's business.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { beforeEach, describe, it } from "node:test";
import { AppError, type ErrorCode } from "../../shared/schema/errors.ts";
import { FIRST_ENVIRONMENT as environmentId, SEAT_HOLD_MS } from "../../shared/schema/platform/index.ts";
import { MAX_ALLOCATION_MS, type Seat, type SeatNeed } from "../allocation/allocator.ts";
import { MemoryStore } from "../ephemeral/memory.ts";
import { Metrics } from "../ops/metrics.ts";
import { endpointFor } from "./routes.ts";
import { MatchmakingService, MIN_SEARCH_INTERVAL_MS, QUEUED_TICKET_MS } from "./service.ts";
import { TicketStore } from "./store.ts";

const metrics = new Metrics();
metrics.close();
const SEAT: Seat = { endpoint: "ws://localhost:2567", roomId: "room-1" };

function fails(code: ErrorCode) {
  return (error: unknown) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code);
    return true;
  };
}

describe("matchmaking", () => {
  let now: number;
  let asked: SeatNeed[];
  let seat: () => Promise<Seat | undefined>;
  let modes: string[];
  let service: MatchmakingService;
  const player = randomUUID();

  beforeEach(() => {
    now = 1_000_000;
    asked = [];
    seat = async () => SEAT;
    modes = ["arena", "race"];
    const server = {
      serverId: "gs-1",
      endpoint: SEAT.endpoint,
      controlUrl: "http://x",
      controlKey: "x".repeat(32),
      keyId: "built-in",
      rooms: 0,
      players: 0,
      load: 0,
      freeSeats: {},
      isDraining: false,
    };
    service = new MatchmakingService({
      tickets: new TicketStore(new MemoryStore({ now: () => now })),
      allocator: {
        requestSeat: (_, need) => {
          asked.push(need);
          return seat();
        },
      },
      servers: { live: async () => (modes.length === 0 ? [] : [{ ...server, modes }]) },
      accounts: { player: async (_, id) => ({ id, displayName: "Nimble Otter 42" }) },
      tokens: { signJoinTicket: async (_, ticket) => `signed ${JSON.stringify(ticket)}` },
      metrics,
      now: () => now,
    });
  });

  it("matches at once when there is a seat, with a ticket for that player and room", async () => {
    const ticket = await service.join(environmentId, player, "arena");
    assert.ok(ticket.state.tag === "matched");
    assert.equal(ticket.state.roomId, "room-1");
    const claims = { playerId: player, name: "Nimble Otter 42", mode: "arena", roomId: "room-1" };
    assert.equal(ticket.state.joinTicket, `signed ${JSON.stringify(claims)}`);
    assert.deepEqual(asked, [{ mode: "arena", playerId: player }]);
  });

  it("gives the same assignment again until the seat is given up, and asks for no second seat", async () => {
    const ticket = await service.join(environmentId, player, "arena");
    assert.deepEqual(await service.status(environmentId, player, ticket.ticketId), ticket);
    now += SEAT_HOLD_MS - 1;
    assert.deepEqual(await service.status(environmentId, player, ticket.ticketId), ticket);
    assert.equal(asked.length, 1);
    now += 1;
    await assert.rejects(service.status(environmentId, player, ticket.ticketId), fails("matchmaking.ticket_not_found"));
  });

  it("queues without a seat, and questions for the ticket try again, but at a bounded pace", async () => {
    seat = async () => undefined;
    const queued = await service.join(environmentId, player, "arena");
    assert.equal(queued.state.tag, "queued");
    now += MIN_SEARCH_INTERVAL_MS;
    for (let i = 0; i < 20; i += 1) {
      assert.equal((await service.status(environmentId, player, queued.ticketId)).state.tag, "queued");
    }
    assert.equal(asked.length, 2);
    seat = async () => SEAT;
    now += MIN_SEARCH_INTERVAL_MS;
    const matched = await service.status(environmentId, player, queued.ticketId);
    assert.equal(matched.state.tag, "matched");
    assert.equal(matched.ticketId, queued.ticketId);
    assert.equal(asked.length, 3);
  });

  it("forgets a queued ticket that nobody asks for, and keeps one that somebody does", async () => {
    seat = async () => undefined;
    const { ticketId } = await service.join(environmentId, player, "arena");
    for (let i = 0; i < 5; i += 1) {
      now += QUEUED_TICKET_MS - 1;
      await service.status(environmentId, player, ticketId);
    }
    now += QUEUED_TICKET_MS;
    await assert.rejects(service.status(environmentId, player, ticketId), fails("matchmaking.ticket_not_found"));
  });

  it("looks for one seat at a time for a ticket, however many ask", async () => {
    seat = async () => undefined;
    const { ticketId } = await service.join(environmentId, player, "arena");
    asked = [];
    now += MIN_SEARCH_INTERVAL_MS;
    const gate = Promise.withResolvers<Seat>();
    seat = () => gate.promise;
    const answers = Array.from({ length: 10 }, () => service.status(environmentId, player, ticketId));
    gate.resolve(SEAT);
    const tags = (await Promise.all(answers)).map(({ state }) => state.tag);
    assert.equal(asked.length, 1);
    assert.equal(tags.filter((tag) => tag === "matched").length, 1);
    assert.equal((await service.status(environmentId, player, ticketId)).state.tag, "matched");
  });

  it("looks again after a process died while looking", async () => {
    seat = async () => undefined;
    const { ticketId } = await service.join(environmentId, player, "arena");
    now += MIN_SEARCH_INTERVAL_MS;
    seat = () => new Promise(() => {});
    void service.status(environmentId, player, ticketId);
    await new Promise(setImmediate);
    seat = async () => SEAT;
    assert.equal((await service.status(environmentId, player, ticketId)).state.tag, "allocating");
    now += MAX_ALLOCATION_MS + 1;
    assert.equal((await service.status(environmentId, player, ticketId)).state.tag, "matched");
  });

  it("puts the ticket back in the queue when looking fails", async () => {
    seat = async () => undefined;
    const { ticketId } = await service.join(environmentId, player, "arena");
    now += MIN_SEARCH_INTERVAL_MS;
    seat = () => Promise.reject(new AppError("service.unavailable", "away"));
    await assert.rejects(service.status(environmentId, player, ticketId), fails("service.unavailable"));
    now += MIN_SEARCH_INTERVAL_MS;
    seat = async () => SEAT;
    assert.equal((await service.status(environmentId, player, ticketId)).state.tag, "matched");
  });

  it("replaces the player's old ticket by a new one", async () => {
    const first = await service.join(environmentId, player, "arena");
    const second = await service.join(environmentId, player, "race");
    assert.notEqual(first.ticketId, second.ticketId);
    await assert.rejects(service.status(environmentId, player, first.ticketId), fails("matchmaking.ticket_not_found"));
    assert.equal((await service.status(environmentId, player, second.ticketId)).mode, "race");
  });

  it("does not bring back a ticket that was cancelled or replaced while a seat was looked for", async () => {
    for (const interrupt of [
      (ticketId: string) => service.cancel(environmentId, player, ticketId),
      () => service.join(environmentId, player, "race").then(() => undefined),
    ]) {
      seat = async () => undefined;
      const { ticketId } = await service.join(environmentId, player, "arena");
      now += MIN_SEARCH_INTERVAL_MS;
      const gate = Promise.withResolvers<Seat>();
      seat = () => gate.promise;
      const looking = service.status(environmentId, player, ticketId);
      await new Promise(setImmediate);
      seat = async () => undefined;
      await interrupt(ticketId);
      gate.resolve(SEAT);
      assert.equal((await looking).state.tag, "queued");
      await assert.rejects(service.status(environmentId, player, ticketId), fails("matchmaking.ticket_not_found"));
    }
  });

  it("shows nobody another player's ticket, nor lets them cancel it", async () => {
    const { ticketId } = await service.join(environmentId, player, "arena");
    const stranger = randomUUID();
    await assert.rejects(service.status(environmentId, stranger, ticketId), fails("matchmaking.ticket_not_found"));
    await assert.rejects(service.cancel(environmentId, stranger, ticketId), fails("matchmaking.ticket_not_found"));
    assert.equal((await service.status(environmentId, player, ticketId)).state.tag, "matched");
  });

  it("cancels once", async () => {
    const { ticketId } = await service.join(environmentId, player, "arena");
    await service.cancel(environmentId, player, ticketId);
    await assert.rejects(service.cancel(environmentId, player, ticketId), fails("matchmaking.ticket_not_found"));
  });

  it("refuses a mode that no live game server has, and names those they have", async () => {
    await assert.rejects(service.join(environmentId, player, "chess"), (error) => {
      fails("matchmaking.unknown_mode")(error);
      assert.match(String(error), /arena, race/);
      return true;
    });
  });

  it("queues any mode while no game server lives: one may come", async () => {
    modes = [];
    seat = async () => undefined;
    assert.equal((await service.join(environmentId, player, "chess")).state.tag, "queued");
  });
});

describe("endpoint for a client", () => {
  it("takes the host by which the client reached the platform when the game server says localhost", () => {
    assert.equal(endpointFor("ws://localhost:2567", "http://192.168.1.5:8000/v1"), "ws://192.168.1.5:2567");
    assert.equal(endpointFor("ws://localhost:2567/", "http://[::1]:8000/v1"), "ws://[::1]:2567/");
    assert.equal(endpointFor("ws://localhost:2567/a", "http://my-pc.local/v1"), "ws://my-pc.local:2567/a");
    assert.equal(endpointFor("ws://localhost:2567", "http://localhost:8000/v1"), "ws://localhost:2567");
  });

  it("leaves every other endpoint as it is", () => {
    for (const endpoint of ["wss://gs-1.example.com", "ws://127.0.0.1:2567", "203.0.113.7:7001"]) {
      assert.equal(endpointFor(endpoint, "http://192.168.1.5:8000/"), endpoint);
    }
  });
});
