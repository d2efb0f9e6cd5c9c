// What the typed calls send, and what of a refusal reaches the caller.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ClientError, challengeOf, clashOf, PlatformApi, type PlatformApiOptions } from "../index.ts";
import { refusal } from "../testing/fake-accounts.ts";

interface Sent {
  readonly method: string | undefined;
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
}

const SIGNED_IN = {
  playerId: "0198a6a0-0000-7000-8000-000000000001",
  sessionId: "0198a6a0-0000-7000-8000-000000000002",
  accessToken: "access",
  expiresIn: 900,
  refreshToken: "refresh",
  refreshExpiresIn: 1_000,
};

/** An API whose platform answers everything with `answer`, and what was sent to it. */
function apiWith(answer: () => Response, options: PlatformApiOptions = {}): { api: PlatformApi; sent: Sent[] } {
  const sent: Sent[] = [];
  const send: typeof fetch = async (input, { method, headers, body } = {}) => {
    const { pathname, search } = new URL(String(input));
    const parsed = typeof body === "string" ? JSON.parse(body) : undefined;
    sent.push({ method, path: pathname + search, headers: new Headers(headers), body: parsed });
    return answer();
  };
  return { api: new PlatformApi("http://platform.test/under", { ...options, fetch: send }), sent };
}

const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("a call", () => {
  test("goes under the platform's path, to the environment, with the device, and with the player's token", async () => {
    const options = { environment: "demo/live", deviceId: "device-one", deviceName: "Ada's phone" };
    const { api, sent } = apiWith(() => Response.json(SIGNED_IN), options);
    await api.signIn.byPassword("ada@example.com", "secret");
    const proof = { email: "ada@example.com", password: "secret" };
    const device = { deviceId: "device-one", deviceName: "Ada's phone" };
    assert.deepEqual(sent[0]?.body, { provider: "password", proof, ...device });
    assert.equal(sent[0]?.path, "/under/v1/auth/login");
    assert.equal(sent[0]?.headers.get("x-environment"), "demo/live");
    assert.equal(sent[0]?.headers.get("authorization"), null);
    await caught(api.sessions.end("a/b"));
    assert.equal(sent[1]?.path, "/under/v1/sessions/a%2Fb");
    assert.equal(sent[1]?.headers.get("authorization"), "Bearer access");
  });

  test("of the player asks nobody when nobody is signed in", async () => {
    const { api, sent } = apiWith(() => Response.json({}));
    for (const work of [api.profiles.mine(), api.privacy.export(), api.matchmaking.join("arena")]) {
      await assert.rejects(work, { code: "auth.missing" });
    }
    assert.equal(sent.length, 0);
  });

  test("rejects with the platform's code, and how long to wait", async () => {
    const { api } = apiWith(() => refusal("auth.locked", {}, { "Retry-After": "30" }));
    const error = await caught(api.signIn.byPassword("ada@example.com", "wrong"));
    assert.ok(error instanceof ClientError);
    assert.deepEqual([error.code, error.retryable, error.retryAfterMs], ["auth.locked", true, 30_000]);
    const { api: other } = apiWith(() => refusal("auth.wrong_credentials"));
    const wrong = await caught(other.signIn.byPassword("ada@example.com", "wrong"));
    assert.ok(wrong instanceof ClientError);
    assert.deepEqual([wrong.code, wrong.retryable, wrong.retryAfterMs], ["auth.wrong_credentials", false, undefined]);
  });

  test("that is challenged gives the challenge, and the answer signs in", async () => {
    const challenge = { challengeId: "0198a6a0-0000-7000-8000-000000000003", methods: ["totp"], expiresIn: 300 };
    let isAnswered = false;
    const answer = () => (isAnswered ? Response.json(SIGNED_IN) : refusal("auth.step_up_required", { challenge }));
    const { api, sent } = apiWith(answer);
    const error = await caught(api.signIn.byPassword("ada@example.com", "secret"));
    assert.deepEqual(challengeOf(error), challenge);
    assert.equal(api.player === undefined, true);
    assert.equal(clashOf(error), undefined);
    isAnswered = true;
    await api.signIn.answer(challenge.challengeId, { method: "totp", code: "287082" });
    assert.equal(sent[1]?.path, `/under/v1/auth/challenges/${challenge.challengeId}`);
    assert.equal(api.player?.playerId, SIGNED_IN.playerId);
  });

  test("that clashes gives both players, and nothing of another error is a clash or challenge", async () => {
    const side = { playerId: SIGNED_IN.playerId, displayName: "Otter", createdAt: "2026-11-20T12:00:00.000Z" };
    const clash = {
      token: "token",
      expiresIn: 300,
      provider: "google",
      mine: side,
      theirs: { ...side, isLastWayIn: true },
      merge: [{ module: "wallet", rules: ["sum", "mine"] }],
    };
    let isLinking = false;
    const { api } = apiWith(() => (isLinking ? refusal("identity.clash", { clash }) : Response.json(SIGNED_IN)));
    await api.signIn.asGuest("device-one");
    isLinking = true;
    const error = await caught(api.identities.link("google", { idToken: "a.b.c" }));
    assert.deepEqual(clashOf(error), clash);
    for (const other of [error, new Error("no"), undefined, new ClientError("auth.step_up_required", "No member.")]) {
      assert.equal(challengeOf(other), undefined);
    }
  });

  test("to elevate answers undefined when there is nothing to show", async () => {
    let status = 200;
    const { api } = apiWith(() => (status === 200 ? Response.json(SIGNED_IN) : new Response(null, { status })));
    await api.signIn.asGuest("device-one");
    status = 204;
    assert.equal(await api.factors.beginElevation(), undefined);
  });

  test("for an archive gives its bytes, or the refusal", async () => {
    let answer = (): Response => Response.json(SIGNED_IN);
    const { api } = apiWith(() => answer());
    await api.signIn.asGuest("device-one");
    answer = () => new Response(new Uint8Array([80, 75, 3, 4]));
    assert.deepEqual([...(await api.privacy.export())], [80, 75, 3, 4]);
    answer = () => refusal("request.rate_limited", {}, { "Retry-After": "5" });
    await assert.rejects(api.privacy.export(), { code: "request.rate_limited", retryAfterMs: 5_000 });
  });
});
