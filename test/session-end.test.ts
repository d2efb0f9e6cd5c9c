// A session that ends on the platform closes its player's socket on a real game server within two seconds, whatever is lost between.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { Client, type Room } from "@colyseus/sdk";
import { startTestPlatform, type TestPlatform } from "../platform/testing/test-platform.ts";
import { TestGameServer } from "../server/testing/test-game-server.ts";
import { ROOM_CLOSE } from "../shared/schema/close-codes.ts";
import { until } from "./support/until.ts";

const SERVER_KEY = "a-server-key-for-tests-only-0123456789";
const OPERATOR_KEY = "an-operator-key-for-tests-only-0123456789";
const PROMISED_MS = 2_000;

/** Between the platform and the game server's control port: it can lose the news of ended sessions. */
let control: Server;
let isNewsLost = false;
let lostCalls = 0;
let dataDir: string;
let platform: TestPlatform;
let game: TestGameServer;
/** Plays all the time: the game server is known to have players, and nobody else's end is this one's. */
let witness: Room;

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const startPlatform = (port: string): Promise<TestPlatform> =>
  startTestPlatform({ DATA_DIR: dataDir, SERVER_KEY, OPERATOR_KEY, PLATFORM_PORT: port });

before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "gamekeeper-session-end-"));
  control = createServer(async (request, response) => {
    const body = await text(request);
    if (isNewsLost && request.url === "/v1/evictions") {
      lostCalls += 1;
      response.destroy();
      return;
    }
    const headers = { "Content-Type": "application/json", Authorization: request.headers.authorization ?? "" };
    const answer = await fetch(game.opsUrl + request.url, { method: "POST", headers, body });
    response.writeHead(answer.status, { "Content-Type": "application/json" }).end(await answer.text());
  });
  control.listen(0, "127.0.0.1");
  await once(control, "listening");
  platform = await startPlatform("0");
  game = await TestGameServer.start({
    SERVER_KEY,
    PLATFORM_URL: platform.url,
    GAME_CONTROL_URL: `http://127.0.0.1:${portOf(control)}`,
  });
  ({ room: witness } = await play());
});
after(async () => {
  assert.ok(witness.connection.isOpen, "another player is left alone");
  await game?.stop();
  await platform?.close();
  control.closeAllConnections();
  control.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** Signs a new player in and takes a seat. */
async function play(): Promise<{
  room: Room;
  token: string;
  refreshToken: string;
  playerId: string;
  deviceId: string;
}> {
  const deviceId = randomUUID();
  const signedIn = await platform.send("POST", "/v1/auth/guest", { body: { deviceId } });
  const { accessToken: token, refreshToken, playerId } = signedIn.body;
  const join = () => platform.send("POST", "/v1/matchmaking/join", { token, body: { mode: "arena" } });
  let assignment: { endpoint: string; roomId: string; ticket: string } | undefined;
  await until("a seat", async () => {
    assignment = (await join()).body.assignment;
    return assignment !== undefined;
  });
  const { roomId, ticket } = assignment!;
  const client = new Client(game.endpoint);
  client.auth.token = ticket;
  const room = await client.joinById(roomId);
  room.onMessage("*", () => undefined);
  return { room, token, refreshToken, playerId, deviceId };
}

/** Resolves with the close code and how long it took since `act` was begun. */
async function closedBy(room: Room, act: () => Promise<{ status: number }>): Promise<{ code: number; tookMs: number }> {
  const closed = new Promise<number>((resolve) => room.onLeave((code) => resolve(code)));
  const startedAt = performance.now();
  const { status } = await act();
  assert.ok(status < 300, `it answered ${status}`);
  const code = await closed;
  return { code, tookMs: performance.now() - startedAt };
}

test("signing out closes the player's socket within two seconds, and the access token is refused", async () => {
  const { room, token, refreshToken } = await play();
  const signOut = () => platform.send("POST", "/v1/auth/sign-out", { body: { refreshToken } });
  const { code, tookMs } = await closedBy(room, signOut);
  assert.equal(code, ROOM_CLOSE.sessionEnded);
  assert.ok(tookMs < PROMISED_MS, `it took ${Math.round(tookMs)} ms`);
  const refused = await platform.send("POST", "/v1/matchmaking/join", { token, body: { mode: "arena" } });
  assert.equal(refused.body.code, "auth.session_ended");
});

test("when the call is lost, the answer to a heartbeat closes it within two seconds", async () => {
  const { room, refreshToken } = await play();
  isNewsLost = true;
  const signOut = () => platform.send("POST", "/v1/auth/sign-out", { body: { refreshToken } });
  const { code, tookMs } = await closedBy(room, signOut);
  isNewsLost = false;
  assert.equal(lostCalls, 1);
  assert.equal(code, ROOM_CLOSE.sessionEnded);
  assert.ok(tookMs < PROMISED_MS, `it took ${Math.round(tookMs)} ms`);
});

test("a ban closes it with a code of its own, and the player gets no other seat", async () => {
  const { room, playerId, deviceId, token } = await play();
  const ban = () =>
    platform.send("POST", "/v1/bans", {
      token: OPERATOR_KEY,
      body: { target: { kind: "account", playerId }, reason: "Cheating." },
    });
  const { code, tookMs } = await closedBy(room, ban);
  assert.equal(code, ROOM_CLOSE.banned);
  assert.ok(tookMs < PROMISED_MS, `it took ${Math.round(tookMs)} ms`);
  const join = await platform.send("POST", "/v1/matchmaking/join", { token, body: { mode: "arena" } });
  assert.equal(join.body.code, "auth.session_ended");
  const again = await platform.send("POST", "/v1/auth/guest", { body: { deviceId } });
  assert.equal(again.body.code, "account.banned");
  assert.match(again.body.detail, /Cheating\./);
});

test("a session that ends just before the platform stops is ended when it comes back", async () => {
  const { room, refreshToken, token } = await play();
  isNewsLost = true;
  const closed = new Promise<number>((resolve) => room.onLeave((code) => resolve(code)));
  const port = String(platform.platform.port);
  await platform.send("POST", "/v1/auth/sign-out", { body: { refreshToken } });
  await platform.close();
  platform = await startPlatform(port);
  assert.equal(await closed, ROOM_CLOSE.sessionEnded);
  isNewsLost = false;
  const refused = await platform.send("POST", "/v1/matchmaking/join", { token, body: { mode: "arena" } });
  assert.equal(refused.body.code, "auth.session_ended");
  assert.equal(lostCalls, 2);
});
