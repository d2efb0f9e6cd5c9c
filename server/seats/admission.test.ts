// Who may take a seat: every way a ticket can be wrong, over real sockets and with the unmodified SDK.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Client } from "@colyseus/sdk";
import { ACCESS_TOKEN_AUDIENCE, EnvironmentId } from "../../shared/schema/platform/index.ts";
import { TestGameServer } from "../testing/test-game-server.ts";

let game: TestGameServer;
before(async () => {
  game = await TestGameServer.start({ MAX_ROOMS: "2" });
});
after(() => game.stop());

async function claim(roomId: string, ticket: string | undefined, options: object = {}) {
  const answer = await fetch(`http://127.0.0.1:${game.server.gamePort}/matchmake/joinById/${roomId}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(ticket ? { Authorization: `Bearer ${ticket}` } : {}) },
    body: JSON.stringify(options),
  });
  return {
    status: answer.status,
    type: answer.headers.get("content-type"),
    body: (await answer.json()) as Record<string, string>,
  };
}

const WRONG: Record<string, { status: number; claim: (roomId: string) => ReturnType<typeof claim> }> = {
  "ticket.missing": { status: 401, claim: (roomId) => claim(roomId, undefined) },
  "ticket.expired": {
    status: 401,
    claim: async (roomId) => claim(roomId, await game.ticket({ roomId, expiresInSeconds: -60 })),
  },
  "ticket.invalid": {
    status: 401,
    claim: async (roomId) => claim(roomId, await game.ticket({ roomId, isForged: true })),
  },
  "ticket.wrong_room": {
    status: 403,
    claim: async (roomId) => claim(roomId, await game.ticket({ roomId: "another" })),
  },
  "ticket.wrong_environment": {
    status: 403,
    claim: async (roomId) => claim(roomId, await game.ticket({ roomId, env: EnvironmentId.parse("demo/live") })),
  },
  "ticket.wrong_player": {
    status: 403,
    claim: async (roomId) => claim(roomId, await game.ticket({ roomId }), { playerId: randomUUID() }),
  },
};

for (const [code, wrong] of Object.entries(WRONG)) {
  test(`a claim is refused with ${code} as a problem document that names the fix`, async () => {
    const { roomId } = await game.assign();
    const { status, type, body } = await wrong.claim(roomId);
    assert.equal(status, wrong.status);
    assert.equal(type, "application/problem+json");
    assert.equal(body["code"], code);
    assert.ok((body["detail"] ?? "").length > 20);
    assert.equal(body["error"], `${code}: ${body["detail"]}`);
  });
}

test("an access token of the platform is no join ticket", async () => {
  const { roomId } = await game.assign();
  const { body } = await claim(roomId, await game.ticket({ roomId, audience: ACCESS_TOKEN_AUDIENCE }));
  assert.equal(body["code"], "ticket.invalid");
});

test("the platform is known by the key that heartbeats carry, too", async () => {
  const controlKey = game.heartbeats.at(-1)?.controlKey ?? "";
  assert.ok(controlKey.length >= 32);
  assert.equal((await game.askSeat({}, controlKey)).status, 200);
  assert.equal((await game.askSeat({}, `${controlKey}x`)).status, 401);
});

test("rubbish as a ticket is refused, never answered with 200 or 500", async () => {
  const { roomId } = await game.assign();
  for (const rubbish of ["x", "a.b.c", "e30.e30.", "ÿÿ".repeat(10).replace(/[^\x20-\x7e]/g, "z"), "9".repeat(3000)]) {
    const { status, body } = await claim(roomId, rubbish);
    assert.equal(status, 401);
    assert.equal(body["code"], "ticket.invalid");
  }
});

test("a ticket joins once: the SDK's second join with it is refused with ticket.used", async () => {
  const { endpoint, roomId, ticket } = await game.assign();
  const first = new Client(endpoint);
  first.auth.token = ticket;
  const room = await first.joinById(roomId);
  const second = new Client(endpoint);
  second.auth.token = ticket;
  await assert.rejects(second.joinById(roomId), /^MatchMakeError: ticket\.used: /);
  await room.leave();
});

test("two claims with one ticket at the same moment give one seat", async () => {
  const { roomId, ticket } = await game.assign();
  const answers = await Promise.all([claim(roomId, ticket), claim(roomId, ticket), claim(roomId, ticket)]);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409]);
});

test("nobody makes rooms or joins by name through the game port", async () => {
  for (const method of ["create", "joinOrCreate", "join"]) {
    const answer = await fetch(`http://127.0.0.1:${game.server.gamePort}/matchmake/${method}/arena`, {
      method: "POST",
      body: "{}",
    });
    assert.equal(answer.status, 404);
    assert.equal(((await answer.json()) as { code: string }).code, "route.not_found");
  }
});

test("malformed, oversized and unknown-length bodies are refused before anything reads the ticket", async () => {
  const url = `http://127.0.0.1:${game.server.gamePort}/matchmake/joinById/x`;
  const post = (body: BodyInit, more: RequestInit = {}) => fetch(url, { method: "POST", body, ...more });
  assert.equal((await post("{nope")).status, 400);
  assert.equal((await post("[1]")).status, 422);
  assert.equal((await post(`"${"x".repeat(5000)}"`)).status, 413);
  const endless = new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(10));
      controller.close();
    },
  });
  assert.equal((await post(endless, { duplex: "half" } as RequestInit)).status, 413);
});

test("health, readiness and metrics are on the ops port and not on the game port", async () => {
  for (const path of ["/healthz", "/readyz", "/metrics", "/v1/seats"]) {
    assert.equal((await fetch(`http://127.0.0.1:${game.server.gamePort}${path}`)).status, 404);
  }
  assert.equal((await fetch(`${game.opsUrl}/healthz`)).status, 200);
  assert.deepEqual(await (await fetch(`${game.opsUrl}/readyz`)).json(), {
    ready: true,
    checks: { seats: { ok: true }, platform: { ok: true } },
  });
  assert.match(await game.metrics(), /^game_rooms\{mode="arena"\} \d+$/m);
});

test("the platform's request for a seat needs the server credential and names wrong fields", async () => {
  assert.equal((await game.askSeat({}, "not-the-key-not-the-key-not-the-key")).status, 401);
  const answer = await game.askSeat({ playerId: "bob" });
  assert.equal(answer.status, 422);
  const { errors } = (await answer.json()) as { errors: { field: string }[] };
  assert.deepEqual(
    errors.map(({ field }) => field),
    ["playerId"],
  );
  assert.equal((await game.askSeat({ mode: "chess" })).status, 422);
});

test("held seats fill one room before the next, and a full server says room.full", async () => {
  const answers = [];
  for (let seat = 0; seat < 33; seat++) answers.push(await game.askSeat({}));
  const rooms = new Set<string>();
  for (const answer of answers.filter(({ ok }) => ok)) rooms.add(((await answer.json()) as { roomId: string }).roomId);
  assert.equal(rooms.size, 2);
  const refused = answers.filter(({ ok }) => !ok);
  assert.ok(refused.length > 0);
  for (const answer of refused) {
    assert.equal(answer.status, 409);
    assert.equal(((await answer.json()) as { code: string }).code, "room.full");
  }
});
