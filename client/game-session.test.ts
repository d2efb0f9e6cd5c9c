// A session against a real Colyseus server on this machine. Tests that need exact ticks drive the server by hand: each
// input and each patch still crosses a real socket, only the clocks of both ends are the test's, so that a minute of play
// takes a second or two.
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { Client } from "@colyseus/sdk";
import { type ArenaState, arena, type Player, RUN_SPEED, TICK_HZ } from "../shared/schema/arena/index.ts";
import type { GameRoom } from "./game-room.ts";
import { GameSession } from "./game-session.ts";
import type { Leave } from "./leave.ts";
import { ASK_AFTER_MS, DEAD_AFTER_MS } from "./silence-watch.ts";
import { type ArenaSession, FrameLoop, settled } from "./testing/frame-loop.ts";
import { LocalArena, type LocalArenaRoom } from "./testing/local-arena.ts";
import { SteppedPlay } from "./testing/stepped-play.ts";

const STEP_MS = 1000 / TICK_HZ;

let server: LocalArena;
let room: LocalArenaRoom;
let sessions: ArenaSession[];

before(async () => {
  server = await LocalArena.start();
});
after(() => server.stop());
beforeEach(async () => {
  server.behaviour.isManual = false;
  server.behaviour.reconnectionSeconds = 20;
  sessions = [];
  room = await server.createRoom();
});
afterEach(async () => {
  await Promise.all(sessions.map((session) => session.leave()));
  await room.disconnect();
});

async function join(): Promise<ArenaSession> {
  const client = new Client(server.endpoint);
  client.auth.token = "ticket";
  const joined = (await client.joinById(room.roomId)) as unknown as GameRoom<ArenaState>;
  const session = new GameSession({ room: joined, game: arena, playerId: "player", linkSeed: 1 });
  sessions.push(session);
  await settled("the own player", () => session.self !== undefined);
  return session;
}

function truthOf(session: ArenaSession): Player {
  return room.state.players.get(session.sessionId)!;
}

/** Ends a session's socket without a goodbye, as a network does. */
function cut(session: ArenaSession): void {
  (room.clients.getById(session.sessionId)!.ref as unknown as { terminate(): void }).terminate();
}

describe("a session's prediction", () => {
  for (const lagTicks of [0, 3, 8]) {
    test(`60 s of random play, ${lagTicks} ticks in flight, need no correction`, async () => {
      server.behaviour.isManual = true;
      const session = await join();
      const play = new SteppedPlay(room, session, 42 + lagTicks, lagTicks);
      for (let tick = 0; tick < 60 * TICK_HZ; tick++) await play.tick();
      assert.equal(session.stats.corrections, 0);
      assert.ok(room.heard.length > 60 * TICK_HZ - lagTicks - 10, `${room.heard.length} inputs were applied`);
      assert.ok(new Set(room.heard.map(({ input }) => `${input.moveX},${input.moveY}`)).size === 9);
    });
  }

  test("a push by the server is one correction, and then play goes on without", async () => {
    server.behaviour.isManual = true;
    const session = await join();
    const play = new SteppedPlay(room, session, 7, 5);
    for (let tick = 0; tick < 60; tick++) await play.tick();
    truthOf(session).pushX = truthOf(session).x > 0 ? -RUN_SPEED : RUN_SPEED;
    for (let tick = 0; tick < 120; tick++) await play.tick();
    assert.equal(session.stats.corrections, 1);
    assert.ok(session.stats.correctionMetres > 0.1 && session.stats.correctionMetres < 1.5);
  });

  test("at 150 ms a key shows in the first frame after it, long before the server knows", async () => {
    const session = await join();
    const loop = new FrameLoop(session);
    session.link.latencyMs = 150;
    await loop.until("the latency to show", () => session.stats.rttMs > 140);
    const self = session.self!;
    const before = session.value(self, "x");
    const pressedAt = performance.now();
    loop.frame(pressedAt);
    const standing = session.value(self, "x");
    loop.held = { moveX: 1 };
    loop.frame(pressedAt + 8);
    const moved = session.value(self, "x") - standing;
    assert.equal(standing, before);
    assert.ok(moved >= (RUN_SPEED * 8) / 1000 - 1e-4, `moved ${moved} m in its first frame`);
    assert.equal(self.x, before);
    await loop.until("the server's answer", () => self.x > before);
    assert.ok(performance.now() - pressedAt >= 149, "the server's own answer takes the whole round trip");
    assert.equal(session.stats.corrections, 0);
  });
});

describe("a session's switches", () => {
  test("prediction off: the own player moves when the server says so", async () => {
    const session = await join();
    const loop = new FrameLoop(session);
    session.settings.prediction = false;
    session.link.latencyMs = 100;
    await loop.until("the latency to show", () => session.stats.rttMs > 90);
    loop.held = { moveX: 1 };
    const pressedAt = performance.now();
    await loop.until("the own player to move", () => session.value(session.self!, "x") > 0.01);
    assert.ok(performance.now() - pressedAt >= 99);
    session.settings.interpolation = false;
    loop.frame();
    assert.equal(session.value(session.self!, "x"), session.self!.x, "and raw without interpolation");
  });

  test("interpolation: others are drawn between snapshots, or where the newest says", async () => {
    const [walker, watcher] = [await join(), await join()];
    const walking = new FrameLoop(walker);
    const watching = new FrameLoop(watcher);
    walking.held = { moveX: 1 };
    const other = (): Player => watcher.room.state.players.get(walker.sessionId)!;
    await watching.until("the walker's player", () => other() !== undefined);
    const seen = new Set<number>();
    const behind: number[] = [];
    await watching.until("the walker to be seen moving", () => {
      walking.frame();
      const drawn = watcher.value(other(), "x");
      seen.add(drawn);
      if (other().x > 2) behind.push(other().x - drawn);
      return other().x > 6;
    });
    assert.ok(seen.size > other().x / (RUN_SPEED / TICK_HZ), "more places than snapshots");
    const medianMs = (1000 * behind.sort((a, b) => a - b)[behind.length >> 1]!) / RUN_SPEED;
    const { interpolationDelayMs } = watcher.stats;
    assert.ok(Math.abs(medianMs - interpolationDelayMs) < STEP_MS, `${medianMs} ms behind`);
    watcher.settings.interpolation = false;
    watching.frame();
    assert.equal(watcher.value(other(), "x"), other().x);
    assert.equal(watcher.stats.interpolationDelayMs, 0);
  });

  test("each input asks to be judged at the instant that was on screen, with interpolation and without", async () => {
    const session = await join();
    const loop = new FrameLoop(session);
    const shownAtMs: number[] = [];
    loop.onFrame = (steps) => {
      const { clock } = session.room;
      const shown = clock.serverNow() - session.stats.interpolationDelayMs - clock.smoothedRtt() / 2;
      for (let step = 0; step < steps; step++) shownAtMs.push(shown);
    };
    await loop.run(30);
    assert.ok(session.stats.interpolationDelayMs >= 2 * Math.floor(STEP_MS));
    session.settings.interpolation = false;
    await loop.run(30);
    assert.equal(session.stats.interpolationDelayMs, 0);
    assert.ok(room.heard.length > 50);
    for (const [index, { seenAtMs }] of room.heard.entries()) {
      if (seenAtMs === 0) continue; // Before the first snapshot with a time nothing can be asked for.
      assert.ok(Math.abs(seenAtMs - shownAtMs[index]!) < 5, `input ${index}: ${seenAtMs}, shown ${shownAtMs[index]}`);
    }
    assert.ok(room.heard.filter(({ seenAtMs }) => seenAtMs > 0).length > 50);
  });

  test("a teleport of another player is shown at once, in both coordinates", async () => {
    const [mover, watcher] = [await join(), await join()];
    const watching = new FrameLoop(watcher);
    await watching.until("the other player", () => watcher.room.state.players.get(mover.sessionId) !== undefined);
    const other = watcher.room.state.players.get(mover.sessionId)!;
    for (let tick = 0; tick < 3; tick++) {
      truthOf(mover).x += 0.1;
      truthOf(mover).y += 0.1;
      await watching.run(1);
    }
    Object.assign(truthOf(mover), { x: 12, y: 1 });
    await watching.until("the teleport", () => {
      const [x, y] = [watcher.value(other, "x"), watcher.value(other, "y")];
      assert.ok(x === 12 ? y === 1 : x < 0.5 && y < 0.5, `drawn at ${x}, ${y}`);
      return x === 12;
    });
  });
});

describe("a session's connection", () => {
  test("a dropped connection comes back into the same seat and play goes on without a correction", async () => {
    const [session, other] = [await join(), await join()];
    const loop = new FrameLoop(session);
    loop.held = { moveX: 1 };
    await loop.until("the other player", () => session.room.state.players.size === 2);
    await loop.run(10);
    const { sessionId } = session;
    const events: string[] = [];
    session.onDrop(() => events.push("drop"));
    session.onReconnect(() => events.push("reconnect"));
    session.onLeave(() => events.push("leave"));
    cut(session);
    await loop.until("the drop", () => session.stats.isReconnecting);
    await other.leave();
    truthOf(session).y = 2;
    await loop.until("the return", () => !session.stats.isReconnecting);
    assert.equal(session.sessionId, sessionId);
    assert.equal(session.self!.y, 2, "the state is that of now");
    assert.equal(session.room.state.players.size, 1, "who left meanwhile is gone");
    const { corrections } = session.stats;
    const from = truthOf(session).x;
    await loop.run(30);
    assert.ok(truthOf(session).x > from + 4, "inputs are applied again");
    assert.equal(session.stats.corrections, corrections);
    assert.deepEqual(events, ["drop", "reconnect"]);
  });

  test("a connection that dies without a word is dropped and made anew; a quiet one is left alone", async () => {
    server.behaviour.isManual = true;
    const session = await join();
    let nowMs = 0;
    const wait = (forMs: number): void => {
      for (let waitedMs = 0; waitedMs < forMs; waitedMs += 100) {
        nowMs += 100;
        session.tick(nowMs, () => undefined);
      }
    };
    let hasAnswered = false;
    wait(ASK_AFTER_MS + 500);
    session.room.ping(() => {
      hasAnswered = true; // The server answers in order: by now it has answered the session's own question too.
    });
    await settled("an answer from the quiet room", () => hasAnswered);
    wait(DEAD_AFTER_MS - 500);
    assert.equal(session.stats.isReconnecting, false);
    const socket = (room.clients.getById(session.sessionId)!.ref as unknown as { _socket: Socket })._socket;
    socket.pause();
    wait(DEAD_AFTER_MS);
    assert.equal(session.stats.isReconnecting, true);
    cut(session);
    await settled("the return", () => !session.stats.isReconnecting);
  });

  test("a seat that is no longer kept ends the session, saying so", async () => {
    server.behaviour.reconnectionSeconds = 0;
    const session = await join();
    const loop = new FrameLoop(session);
    let leave: Leave | undefined;
    session.onLeave((how) => {
      leave = how;
    });
    cut(session);
    await loop.until("the end", () => leave !== undefined);
    assert.equal(leave?.reason, "reconnection-refused");
    assert.equal(loop.frame(), 0, "frames are harmless afterwards");
    assert.equal(session.stats.isReconnecting, false);
  });

  test("the server closing the room ends the session, saying so", async () => {
    const session = await join();
    const ended = new Promise<Leave>((resolve) => session.onLeave(resolve));
    room.clients.getById(session.sessionId)!.leave(4100, "This player joined again.");
    assert.deepEqual(await ended, { reason: "replaced", code: 4100, detail: "This player joined again." });
  });

  test("leaving while the connection is down does not wait for it", async () => {
    const session = await join();
    const loop = new FrameLoop(session);
    let leave: Leave | undefined;
    session.onLeave((how) => {
      leave = how;
    });
    cut(session);
    await loop.until("the drop", () => session.stats.isReconnecting);
    await session.leave();
    assert.equal(leave?.reason, "left");
    await settled("the seat to be given back", () => room.state.players.size === 0);
  });

  test("the figures tell the truth: rates, ticks, and a latency that grows more than fourfold", async () => {
    const session = await join();
    const loop = new FrameLoop(session);
    loop.held = { moveX: 1 };
    await loop.run(45);
    const { stats } = session;
    assert.ok(stats.snapshotsPerSecond >= 24 && stats.snapshotsPerSecond <= 36, `${stats.snapshotsPerSecond}/s`);
    assert.ok(stats.bytesInPerSecond > 200 && stats.bytesOutPerSecond >= 50);
    assert.ok(stats.rttMs > 0 && stats.rttMs < 60, `${stats.rttMs} ms`);
    assert.equal(stats.tick, session.room.state.tick);
    assert.equal(stats.lossPercent, 0);
    session.link = { latencyMs: 400, jitterMs: 0, lossPercent: 0 };
    await loop.until("the new latency to be believed", () => stats.rttMs > 380);
    assert.ok(stats.pendingInputs >= 11, `${stats.pendingInputs} inputs under way`);
    assert.equal(stats.corrections, 0);
    session.link = { latencyMs: 0, jitterMs: 0, lossPercent: 10 };
    await loop.until("losses to be counted", () => stats.lossPercent > 3);
    assert.equal(stats.corrections, 0);
  });
});
