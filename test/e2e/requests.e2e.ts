// Bad requests to the real platform: each is answered with a problem document that says what to change.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Problem } from "../../shared/schema/errors.ts";
import { GameStack } from "../support/game-stack.ts";
import { signIn } from "../support/seat.ts";

const TOO_LARGE_BYTES = 1_000_000;

let stack: GameStack;

before(async () => {
  stack = await GameStack.start();
});
after(() => stack?.stop());

/** Sends a body as it is and expects a problem document. */
async function refused(path: string, body: BodyInit, headers: Record<string, string> = {}): Promise<Problem> {
  const response = await fetch(`${stack.platformUrl}${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body,
    ...(body instanceof ReadableStream && { duplex: "half" }),
  });
  assert.match(response.headers.get("content-type") ?? "", /^application\/problem\+json/);
  const problem = (await response.json()) as Problem;
  assert.equal(problem.status, response.status);
  assert.match(problem.type, new RegExp(problem.code));
  assert.ok(problem.title.length > 0 && problem.detail.length > 0);
  return problem;
}

const fieldsOf = (problem: Problem): string[] => (problem.errors ?? []).map(({ field }) => field);

test("malformed JSON is a 400 that says so", async () => {
  const problem = await refused("/v1/auth/guest", '{"deviceId": ');
  assert.deepEqual([problem.status, problem.code], [400, "request.malformed"]);
});

test("an unknown field is named", async () => {
  const problem = await refused("/v1/auth/guest", JSON.stringify({ deviceId: "a-device-id", admin: true }));
  assert.deepEqual([problem.status, problem.code], [422, "request.invalid"]);
  assert.deepEqual(fieldsOf(problem), ["admin"]);
});

test("a wrong and a missing field are named, with the bound", async () => {
  const short = await refused("/v1/auth/guest", JSON.stringify({ deviceId: "short" }));
  assert.deepEqual(fieldsOf(short), ["deviceId"]);
  assert.match(short.errors?.[0]?.message ?? "", /8/);
  assert.deepEqual(fieldsOf(await refused("/v1/auth/guest", "{}")), ["deviceId"]);
});

test("fields of matchmaking are named too, for a player who is signed in", async () => {
  const { accessToken } = await signIn(stack.platformUrl);
  const headers = { Authorization: `Bearer ${accessToken}` };
  const problem = await refused("/v1/matchmaking/join", JSON.stringify({ mode: "arena", rank: 1 }), headers);
  assert.deepEqual(fieldsOf(problem), ["rank"]);
  const unknown = await refused("/v1/matchmaking/join", JSON.stringify({ mode: "chess" }), headers);
  assert.deepEqual([unknown.status, unknown.code], [422, "matchmaking.unknown_mode"]);
});

test("without a token matchmaking answers 401", async () => {
  const problem = await refused("/v1/matchmaking/join", JSON.stringify({ mode: "arena" }));
  assert.deepEqual([problem.status, problem.code], [401, "auth.missing"]);
});

test("a body that is not JSON is a 415, and an unknown path a 404", async () => {
  const form = await refused("/v1/auth/guest", "deviceId=a-device-id", {
    "Content-Type": "application/x-www-form-urlencoded",
  });
  assert.deepEqual([form.status, form.code], [415, "request.unsupported_media_type"]);
  const nowhere = await refused("/v1/nowhere", "{}");
  assert.deepEqual([nowhere.status, nowhere.code], [404, "route.not_found"]);
});

test("an oversized body is a 413, whether its length is declared or not, and the next request is answered", async () => {
  const big = JSON.stringify({ deviceId: "x".repeat(TOO_LARGE_BYTES) });
  for (const body of [big, new Blob([big]).stream()]) {
    const problem = await refused("/v1/auth/guest", body);
    assert.deepEqual([problem.status, problem.code], [413, "request.too_large"]);
    assert.match(problem.detail, /65536/);
    // Half a second later the server ends what it did not read; whoever kept that connection would notice now.
    await pause(700);
    const next = await refused("/v1/nowhere", "{}");
    assert.equal(next.status, 404);
  }
});
