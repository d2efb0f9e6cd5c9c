// connect() from end to end: a fake platform made of the shared shapes, and a real Colyseus server.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { arena } from "../shared/schema/arena/index.ts";
import { integer } from "../shared/schema/motion.ts";
import type { ClientErrorCode } from "./client-error.ts";
import { ClientError, type ConnectOptions, connect, newDeviceId, PlatformApi } from "./index.ts";
import { deadAddress, FakePlatform, refuse } from "./testing/fake-platform.ts";
import { type ArenaSession, FrameLoop, settled } from "./testing/frame-loop.ts";
import { LocalArena, type LocalArenaRoom, refusal } from "./testing/local-arena.ts";

let server: LocalArena;
let room: LocalArenaRoom;
let platform: FakePlatform;
let sessions: ArenaSession[];
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => void unhandled.push(reason);

before(async () => {
  process.on("unhandledRejection", onUnhandled);
  server = await LocalArena.start();
});
after(async () => {
  await server.stop();
  process.off("unhandledRejection", onUnhandled);
});
beforeEach(async () => {
  sessions = [];
  server.behaviour.admit = () => undefined;
  room = await server.createRoom();
  platform = await FakePlatform.start();
  platform.assign = (playerId) => server.assign(room.roomId, playerId);
});
afterEach(async () => {
  await Promise.all(sessions.map((session) => session.leave()));
  await platform.stop();
  await room.disconnect();
  assert.deepEqual(unhandled, [], "nothing was rejected without anybody knowing");
});

async function connected(options: Partial<ConnectOptions> = {}): Promise<ArenaSession> {
  const session = await connect({ platformUrl: platform.url, deviceId: newDeviceId(), ...options });
  sessions.push(session);
  return session;
}

/** That `connect()` rejects with `code`. Returns the error. */
async function refused(code: ClientErrorCode, options: Partial<ConnectOptions> = {}): Promise<ClientError> {
  let error: unknown;
  await connected(options).catch((caught: unknown) => {
    error = caught;
  });
  assert.ok(error instanceof ClientError, `rejected with a ClientError, not ${error}`);
  assert.equal(error.code, code, error.message);
  return error;
}

describe("connect()", () => {
  test("signs in, queues, joins, and gives a seated player that moves", async () => {
    const stages: string[] = [];
    const tickets: string[] = [];
    server.behaviour.admit = (ticket) => void tickets.push(ticket);
    platform.pollsUntilMatched = 2;
    const given: string[] = [];
    platform.assign = async (playerId) => {
      const assignment = await server.assign(room.roomId, playerId);
      given.push(assignment.ticket);
      return assignment;
    };
    const session = await connected({ onProgress: (stage) => void stages.push(stage) });
    assert.deepEqual(stages, ["signing-in", "queueing", "joining", "joined"]);
    assert.deepEqual(tickets, given, "the ticket is shown once");
    assert.ok(session.self);
    const loop = new FrameLoop(session);
    const { x } = session.self!;
    loop.held = { moveX: x > 0 ? -1 : 1 };
    await loop.until("the server to move us", () => Math.abs(session.self!.x - x) > 1);
    assert.equal(session.stats.corrections, 0);
  });

  test("lets whoever is signed in to the given platform play, and signs a guest in to it where nobody is", async () => {
    const api = new PlatformApi(platform.url);
    const { playerId } = await api.signIn.asGuest(newDeviceId());
    const session = await connect({ platform: api });
    sessions.push(session);
    assert.equal(session.playerId, playerId);
    assert.equal(platform.asked.filter((request) => request === "POST /v1/auth/guest").length, 1);

    const fresh = new PlatformApi(platform.url);
    sessions.push(await connect({ platform: fresh }));
    assert.equal(fresh.player?.playerId, sessions.at(-1)?.playerId);
  });

  test("the same device is the same player, another device another", async () => {
    const deviceId = newDeviceId();
    const [first, again, other] = [await connected({ deviceId }), await connected({ deviceId }), await connected()];
    assert.equal(again.playerId, first.playerId);
    assert.notEqual(other.playerId, first.playerId);
  });

  for (const code of ["ticket.expired", "ticket.used", "room.full", "room.gone", "server.draining"] as const) {
    test(`${code} is cured by one more ticket`, async () => {
      let admissions = 0;
      server.behaviour.admit = () => {
        admissions += 1;
        if (admissions === 1) throw refusal(code, "too late.");
      };
      await connected();
      assert.equal(platform.asked.filter((what) => what === "POST /v1/matchmaking/join").length, 2);
    });
  }

  test("a refusal that repeats is given with the game server's own code", async () => {
    server.behaviour.admit = () => {
      throw refusal("ticket.used", "The ticket was used before.");
    };
    const error = await refused("ticket.used");
    assert.equal(error.detail, "The ticket was used before.");
    assert.equal(error.retryable, true);
    server.behaviour.admit = () => {
      throw refusal("ticket.wrong_player", "It is somebody else's.");
    };
    assert.equal((await refused("ticket.wrong_player")).retryable, false);
  });

  test("a client of another build is told to reload, and that trying again does not help", async () => {
    const game = { ...arena, netcode: { ...arena.netcode!, motion: { players: { x: integer(0, 1) } } } };
    const error = await refused("build.mismatch", { game });
    assert.equal(error.retryable, false);
    assert.match(error.message, /Reload the page/);
    assert.equal(platform.asked.filter((what) => what === "POST /v1/matchmaking/join").length, 1);
  });

  test("a room that is gone, a game server that does not answer and an address that is none are told apart", async () => {
    platform.assign = () => ({ endpoint: server.endpoint, roomId: "nowhere", ticket: "good" });
    assert.equal((await refused("room.gone")).retryable, true);
    const endpoint = (await deadAddress()).replace("http", "ws");
    platform.assign = () => ({ endpoint, roomId: room.roomId, ticket: "good" });
    assert.match((await refused("client.room_unreachable")).message, /127\.0\.0\.1/);
    platform.assign = () => ({ endpoint: "not an address", roomId: room.roomId, ticket: "good" });
    await refused("client.bad_response");
  });

  test("a queue without end is left after the timeout, and the ticket given back", async () => {
    platform.pollsUntilMatched = 1_000;
    await refused("client.timeout", { queueTimeoutMs: 300 });
    await settled("the ticket to be given back", () => platform.openTickets.size === 0);
  });

  test("an abort in the queue gives the ticket back; one before the start asks nothing", async () => {
    platform.pollsUntilMatched = 1_000;
    const abort = new AbortController();
    const error = await refused("client.aborted", {
      signal: abort.signal,
      onProgress: (stage) => {
        if (stage === "queueing")
          settled("the ticket", () => platform.openTickets.size === 1).then(() => abort.abort());
      },
    });
    assert.equal(error.retryable, false);
    await settled("the ticket to be given back", () => platform.openTickets.size === 0);
    platform.asked.length = 0;
    await refused("client.aborted", { signal: AbortSignal.abort() });
    assert.deepEqual(platform.asked, []);
  });

  test("an abort while joining leaves no player behind", async () => {
    const witness = await connected();
    const abort = new AbortController();
    server.behaviour.admit = () => abort.abort();
    await refused("client.aborted", { signal: abort.signal });
    await connected();
    await new FrameLoop(witness).until("only the other two to be left", () => room.state.players.size === 2);
  });

  test("a platform that cannot be reached, refuses or talks nonsense is told apart", async () => {
    await refused("client.unreachable", { platformUrl: await deadAddress() });
    await refused("client.unreachable", { platformUrl: "::" });
    platform.answerWith = (context) => refuse(context, "request.rate_limited", "Wait a second.");
    assert.equal((await refused("request.rate_limited")).retryable, true);
    platform.answerWith = (context) => context.text("<html>", 200);
    await refused("client.bad_response");
    platform.answerWith = (context) => context.json({ playerId: "no uuid" });
    assert.match((await refused("client.bad_response")).detail, /playerId: .*accessToken: /);
    platform.answerWith = (context) => context.text("bad gateway", 502);
    await refused("client.unreachable");
    platform.answerWith = (context) => context.json({ code: "teapot" }, 418);
    await refused("client.bad_response");
  });

  test("a platform that does not answer is a timeout", async () => {
    platform.answerWith = () => new Promise<Response>(() => undefined) as unknown as Response;
    const api = new PlatformApi(platform.url, { timeoutMs: 50 });
    await assert.rejects(api.signIn.asGuest("device-one"), { name: "ClientError", code: "client.timeout" });
  });
});
