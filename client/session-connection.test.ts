// A session by the clock, against a real game server on this machine: latency, drops, silence and figures.
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { type Player, RUN_SPEED, TICK_HZ } from "../shared/schema/arena/index.ts";
import type { Leave } from "./leave.ts";
import { MAX_CARRIED_MS } from "./netcode/session-netcode.ts";
import { ASK_AFTER_MS, DEAD_AFTER_MS } from "./silence-watch.ts";
import { type ArenaSession, FrameLoop, settled } from "./testing/frame-loop.ts";
import { LocalArena, type LocalArenaRoom } from "./testing/local-arena.ts";

describe("a session by the clock", () => {
  let server: LocalArena;
  let room: LocalArenaRoom;
  let sessions: ArenaSession[];

  before(async () => {
    server = await LocalArena.start();
  });
  after(() => server.stop());
  beforeEach(async () => {
    server.behaviour.isSilent = false;
    sessions = [];
    room = await server.createRoom();
  });
  afterEach(async () => {
    await Promise.all(sessions.map((session) => session.leave()));
    await room.disconnect();
  });

  async function join(): Promise<ArenaSession> {
    const session = await server.join(room.roomId);
    sessions.push(session);
    await settled("the own player", () => session.self !== undefined);
    Object.assign(truthOf(session), { x: 0, y: 0 });
    await settled("its place", () => session.self!.x === 0);
    return session;
  }

  function truthOf(session: ArenaSession): Player {
    return room.state.players.get(session.sessionId)!;
  }

  /** Ends a session's socket without a goodbye, as a network does. */
  function cut(session: ArenaSession): void {
    (room.clients.getById(session.sessionId)!.ref as unknown as { terminate(): void }).terminate();
  }

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
    const from = truthOf(session).x;
    await loop.run(30);
    assert.ok(truthOf(session).x > from + 4, "inputs are applied again");
    assert.equal(session.stats.corrections, 1, "the one for where it was put meanwhile");
    assert.deepEqual(events, ["drop", "reconnect"]);
  });

  test("[INP8] what was under way when the connection dropped is applied after it, once: no correction, none lost", async () => {
    const session = await join();
    const loop = new FrameLoop(session);
    session.link.latencyMs = 600;
    await loop.until("the latency to show", () => session.stats.rttMs > 560);
    let steps = 0;
    loop.held = { moveX: 1 };
    loop.onFrame = (due) => {
      if (loop.held.moveX === 1) steps += due;
    };
    await loop.until("inputs to be under way", () => steps > 15);
    cut(session);
    await loop.until("the drop", () => session.stats.isReconnecting);
    assert.ok(session.stats.pendingInputs > 5, `${session.stats.pendingInputs} are on their way, or lost`);
    session.link.latencyMs = 0;
    await loop.until("the return", () => !session.stats.isReconnecting);
    await loop.run(15);
    loop.held = { moveX: 0 };
    await loop.run(10);
    const { x } = truthOf(session);
    assert.ok(Math.abs(x - (steps * RUN_SPEED) / TICK_HZ) < 1e-3, `${x} m in ${steps} steps`);
    assert.equal(session.stats.corrections, 0);
  });

  test("[INP8] what was under way is given up when the connection is back after more than a second: nobody walks on", async () => {
    const session = await join();
    const loop = new FrameLoop(session);
    session.link.latencyMs = 600;
    await loop.until("the latency to show", () => session.stats.rttMs > 560);
    let steps = 0;
    loop.held = { moveX: 1 };
    loop.onFrame = (due) => {
      steps += due;
    };
    await loop.until("inputs to be under way", () => steps > 15);
    Object.assign(session.room.reconnection, { minDelay: MAX_CARRIED_MS + 200, maxDelay: MAX_CARRIED_MS + 200 });
    cut(session);
    await loop.until("the drop", () => session.stats.isReconnecting);
    assert.ok(session.stats.pendingInputs > 5, `${session.stats.pendingInputs} are on their way, or lost`);
    session.link.latencyMs = 0;
    loop.onFrame = undefined;
    loop.held = { moveX: 0 };
    await loop.until("the return", () => !session.stats.isReconnecting);
    const { x } = truthOf(session);
    assert.ok(x < ((steps - 5) * RUN_SPEED) / TICK_HZ, `${x} m in ${steps} steps`);
    await loop.run(15);
    assert.equal(truthOf(session).x, x);
    assert.ok(
      Math.abs(session.value(session.self!, "x") - x) < 0.1,
      "and the picture is where the server has the player",
    );
  });

  test("a connection that dies without a word is dropped and made anew; a quiet one is left alone", async () => {
    const session = await join();
    server.behaviour.isSilent = true;
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
    server.behaviour.isSilent = false;
    cut(session);
    await settled("the return", () => !session.stats.isReconnecting);
  });

  test("a seat that is no longer kept ends the session, saying so", async () => {
    Object.assign(room, { reconnectionSeconds: 0 });
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
    assert.ok(Math.abs(stats.tick - session.room.state.tick) <= 1, "ticks are counted from 0");
    assert.deepEqual(stats.channels, { input: "websocket", state: "websocket" });
    assert.equal(stats.lossPercent, 0);
    session.link = { latencyMs: 400, jitterMs: 0, lossPercent: 0 };
    await loop.until("the new latency to be believed", () => stats.rttMs > 380);
    assert.ok(stats.pendingInputs >= 11, `${stats.pendingInputs} inputs under way`);
    assert.equal(stats.corrections, 0);
    session.link = { latencyMs: 0, jitterMs: 0, lossPercent: 10 };
    await loop.run(60);
    assert.equal(stats.corrections, 0);
    assert.equal(stats.lossPercent, 0, "a WebSocket stalls, and loses nothing");
  });

  test("[INP6] malformed input frames are refused, counted by reason, and do not disturb play", async () => {
    const session = await join();
    const loop = new FrameLoop(session);
    const refused = async (): Promise<number> =>
      Number(/refused_frames_total\{reason="malformed"\} (\d+)/.exec(await server.metrics())?.[1] ?? 0);
    const before = await refused();
    for (const body of [[0xff], [0x00, 0x1f], [0x10, 0x00, 0x00]]) {
      session.room.connection.transport.send(new Uint8Array([0xfe, ...body]));
    }
    loop.held = { moveX: 1 };
    await loop.until("the own player to move", () => session.self!.x > 1);
    assert.equal(await refused(), before + 3);
    assert.equal(session.stats.corrections, 0);
  });
});
