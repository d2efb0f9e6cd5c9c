// Whatever is thrown at the platform, it answers with a problem of ours and never with a fault of its own.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { ERROR_CATALOGUE, type ErrorCode } from "../shared/schema/errors.ts";
import { RATE_POLICY_NAMES } from "./http/rate-policies.ts";
import { eventually } from "./testing/eventually.ts";
import { startTestPlatform, type TestPlatform } from "./testing/test-platform.ts";

const RUNS = 800;

/** The database may be slow to start on a machine that is busy with other tests. */
const START_TIMEOUT_MS = 60_000;

const OPERATOR_KEY = "an-operator-key-for-fuzzing-0123456789";

interface Route {
  readonly method: string;
  readonly path: string;
  readonly credential: "none" | "player" | "server" | "operator";
}

const ROUTES: readonly Route[] = [
  { method: "POST", path: "/v1/auth/guest", credential: "none" },
  { method: "POST", path: "/v1/auth/refresh", credential: "none" },
  { method: "POST", path: "/v1/auth/sign-out", credential: "none" },
  { method: "GET", path: "/v1/sessions", credential: "player" },
  { method: "DELETE", path: `/v1/sessions/${crypto.randomUUID()}`, credential: "player" },
  { method: "POST", path: "/v1/bans", credential: "operator" },
  { method: "GET", path: "/v1/bans", credential: "operator" },
  { method: "GET", path: `/v1/bans/${crypto.randomUUID()}`, credential: "operator" },
  { method: "PATCH", path: `/v1/bans/${crypto.randomUUID()}`, credential: "operator" },
  { method: "DELETE", path: `/v1/bans/${crypto.randomUUID()}`, credential: "operator" },
  { method: "GET", path: `/v1/players/${crypto.randomUUID()}/sessions`, credential: "operator" },
  { method: "DELETE", path: `/v1/players/${crypto.randomUUID()}/sessions`, credential: "operator" },
  { method: "POST", path: "/v1/auth/login", credential: "none" },
  { method: "POST", path: "/v1/auth/password/sign-up", credential: "none" },
  { method: "GET", path: "/v1/player/me/identities", credential: "player" },
  { method: "POST", path: "/v1/player/me/identities", credential: "player" },
  { method: "POST", path: "/v1/player/me/identities/resolve", credential: "player" },
  { method: "DELETE", path: "/v1/player/me/identities/fuzz", credential: "player" },
  { method: "PUT", path: "/v1/player/me/password", credential: "player" },
  { method: "GET", path: "/v1/player/fuzz/profile", credential: "player" },
  { method: "POST", path: "/v1/matchmaking/join", credential: "player" },
  { method: "GET", path: "/v1/matchmaking/status", credential: "player" },
  { method: "DELETE", path: "/v1/matchmaking/status", credential: "player" },
  { method: "GET", path: "/v1/player/me/profile", credential: "player" },
  { method: "PATCH", path: "/v1/player/me/profile", credential: "player" },
  { method: "GET", path: "/v1/player/0190a8f0-0000-7000-8000-000000000000/profile", credential: "player" },
  { method: "POST", path: "/v1/player/me/export", credential: "player" },
  { method: "DELETE", path: "/v1/player/me", credential: "player" },
  { method: "POST", path: "/v1/player/me/undelete", credential: "player" },
  { method: "GET", path: "/v1/profile-settings", credential: "operator" },
  { method: "PUT", path: "/v1/profile-settings", credential: "operator" },
  { method: "PUT", path: "/v1/servers/fuzz", credential: "server" },
  { method: "DELETE", path: "/v1/servers/fuzz", credential: "server" },
  { method: "GET", path: "/v1/projects", credential: "operator" },
  { method: "POST", path: "/v1/projects", credential: "operator" },
  { method: "GET", path: "/v1/environments", credential: "operator" },
  { method: "POST", path: "/v1/environments", credential: "operator" },
  { method: "PATCH", path: "/v1/environment", credential: "operator" },
  { method: "GET", path: "/v1/api-keys", credential: "operator" },
  { method: "POST", path: "/v1/api-keys", credential: "operator" },
  { method: "POST", path: "/v1/api-keys/0190a1b2-c3d4-7e5f-8a6b-123456789abc/rotate", credential: "operator" },
  { method: "DELETE", path: "/v1/api-keys/0190a1b2-c3d4-7e5f-8a6b-123456789abc", credential: "operator" },
  { method: "GET", path: "/v1/signing-keys", credential: "operator" },
  { method: "GET", path: "/v1/audit", credential: "operator" },
  { method: "GET", path: "/v1/audit/export", credential: "operator" },
  { method: "POST", path: "/v1/auth/email/start", credential: "none" },
  { method: "POST", path: "/v1/auth/email/undo", credential: "none" },
  { method: "POST", path: "/v1/auth/password/reset/start", credential: "none" },
  { method: "POST", path: "/v1/auth/password/reset/finish", credential: "none" },
  { method: "GET", path: "/v1/player/me/email", credential: "player" },
  { method: "PUT", path: "/v1/player/me/email", credential: "player" },
  { method: "POST", path: "/v1/player/me/email/verify", credential: "player" },
  { method: "POST", path: "/v1/auth/challenges/4f1c0b6e-1c55-4b0e-9d0e-0d5f3b8f2a11", credential: "none" },
  { method: "POST", path: "/v1/auth/challenges/4f1c0b6e-1c55-4b0e-9d0e-0d5f3b8f2a11/email-code", credential: "none" },
  { method: "POST", path: "/v1/auth/challenges/4f1c0b6e-1c55-4b0e-9d0e-0d5f3b8f2a11/passkey", credential: "none" },
  { method: "POST", path: "/v1/auth/passkey/options", credential: "none" },
  { method: "POST", path: "/v1/auth/passkey", credential: "none" },
  { method: "GET", path: "/v1/player/me/factors", credential: "player" },
  { method: "POST", path: "/v1/player/me/totp", credential: "player" },
  { method: "POST", path: "/v1/player/me/totp/confirm", credential: "player" },
  { method: "POST", path: "/v1/player/me/passkeys/options", credential: "player" },
  { method: "POST", path: "/v1/player/me/passkeys", credential: "player" },
  { method: "POST", path: "/v1/player/me/step-up", credential: "player" },
  { method: "GET", path: "/v1/factor-policy", credential: "operator" },
  { method: "PUT", path: "/v1/factor-policy", credential: "operator" },
  { method: "GET", path: "/.well-known/jwks.json", credential: "none" },
  { method: "GET", path: "/openapi.json", credential: "none" },
  { method: "GET", path: "/docs", credential: "none" },
  { method: "GET", path: "/docs/errors", credential: "none" },
];

let platform: TestPlatform;
let tokens: Record<Route["credential"], string | undefined>;

let webDir: string;

before(async () => {
  webDir = await mkdtemp(join(tmpdir(), "gamekeeper-fuzz-"));
  await writeFile(join(webDir, "index.html"), "<title>Game</title>");
  platform = await startTestPlatform(
    {
      GUEST_SIGN_INS_PER_MINUTE: "1000000",
      MATCHMAKING_JOINS_PER_MINUTE: "1000000",
      RATE_LIMITS: RATE_POLICY_NAMES.map((name) => `${name}=1000000`).join(),
      OPERATOR_KEY,
      LOG_LEVEL: "warn",
      WEB_DIR: webDir,
    },
    { wait: false },
  );
  const isUp = async () => (await platform.signIn("fuzzing-device")).accessToken !== undefined;
  await eventually("the database", isUp, START_TIMEOUT_MS);
  const { accessToken } = await platform.signIn("fuzzing-device");
  tokens = { none: undefined, player: accessToken, server: platform.serverKey, operator: OPERATOR_KEY };
});
after(async () => {
  await platform.close();
  await rm(webDir, { recursive: true, force: true });
});

const fieldName = fc.oneof(
  fc.constantFrom(
    "provider",
    "proof",
    "email",
    "password",
    "token",
    "choice",
    "rules",
    "currentPassword",
    "newPassword",
  ),
  fc.constantFrom("deviceId", "mode", "ticketId", "endpoint", "controlUrl", "modes", "rooms", "players", "isDraining"),
  fc.constantFrom(
    "refreshToken",
    "target",
    "kind",
    "range",
    "playerId",
    "reason",
    "appealNote",
    "expiresAt",
    "endedCursor",
  ),
  fc.constantFrom("version", "displayName", "avatar", "locale", "country", "preferences", "fields", "blockedNames"),
  fc.constantFrom("kind", "name", "scopes", "reach", "expiresInDays", "id", "corsOrigins", "overlapSeconds"),
  fc.constantFrom("__proto__", "constructor", "toString", "", "length"),
  fc.string(),
);
const nearlyRight = fc.dictionary(
  fieldName,
  fc.oneof(
    fc.constantFrom("operator", "server", "platform", "demo", "demo/fuzz", "https://a.example"),
    fc.constantFrom(
      "guest",
      "password",
      "keep-mine",
      "merge",
      { deviceId: "device-12345678" },
      { email: "a@b.example" },
    ),
    fc.constantFrom("arena", "device-12345678", "ws://localhost:1", "http://127.0.0.1:1", true, 0, -1, 1e308, null),
    fc.constantFrom("Fuzz Fox", "en-GB", "DE", "animals/fox-3", { type: "boolean", isPublic: true }, { motto: null }),
    fc.dictionary(
      fc.constantFrom("motto", "constructor", "__proto__", "a b"),
      fc.constantFrom(1, "x", "\u0000", "\ud800", null, true),
    ),
    fc.array(fc.constantFrom("arena", "", 1)),
    fc.jsonValue(),
  ),
);
const json = fc.oneof(nearlyRight, fc.jsonValue()).map((value) => Buffer.from(JSON.stringify(value)));
const bytes = fc.oneof(
  { weight: 4, arbitrary: json },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("[".repeat(30_000), "", '{"a":1}{', "\ufeff{}", '{"deviceId":1e999}')
      .map((t) => Buffer.from(t)),
  },
);
const contentType = fc.oneof(
  { weight: 6, arbitrary: fc.constant("application/json") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "text/plain",
      "application/json;charset=latin1",
      "multipart/form-data",
      "application/vnd.x+json",
    ),
  },
);
const query = fc.oneof(
  fc.constant(""),
  fc.webQueryParameters().map((text) => `?${text}`),
  fc.uuid().map((id) => `?ticketId=${id}`),
  fc.uuid().map((id) => `?before=${id}&limit=5&subject=%00&since=2026-01-01T00:00:00Z`),
  fc.constantFrom("?since=0000-01-01T00:00:00Z", "?until=9999-12-31T23:59:59Z", "?subject=%00", "?actorId=%ed%a0%80"),
  fc.string().map((text) => `?actorId=${encodeURIComponent(text)}`),
  fc.constantFrom("?ticketId=%zz", "?ticketId=1&ticketId=2", "?__proto__=1", "?ticketId[]=1", `?${"a=1&".repeat(500)}`),
);

describe("fuzzing", () => {
  it("finds no 5xx and only problem documents among errors, on every route", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ROUTES),
        bytes,
        contentType,
        query,
        fc.boolean(),
        async (route, body, type, text, isChunked) => {
          const headers: Record<string, string> = { "Content-Type": type };
          const token = tokens[route.credential];
          if (token !== undefined) headers["Authorization"] = `Bearer ${token}`;
          if (!isChunked) headers["Content-Length"] = String(body.length);
          assertHonest(await send(route.method, route.path + text, headers, body));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("finds none either with any method, path, credential and request id", async () => {
    const header = fc.stringMatching(/^[\x20-\x7e\xa0-\xff]{0,200}$/);
    const path = fc.oneof(
      fc.webPath(),
      fc.constantFrom(...ROUTES).map((route) => route.path),
      fc.stringMatching(/^[!-~]{0,80}$/),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "PROPFIND", "QUERY"),
        path,
        header,
        header,
        async (method, target, authorization, requestId) => {
          const headers = { Authorization: authorization, "X-Request-Id": requestId };
          assertHonest(await send(method, `/${target.replace(/^\//, "")}`, headers, Buffer.alloc(0)));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("has left the platform well, with no fault in its log", async () => {
    assert.ok((await platform.signIn("device-after-fuzzing")).playerId);
    assert.deepEqual(
      platform.log.lines.filter(({ level }) => level === "error"),
      [],
    );
  });
});

interface Reply {
  readonly method: string;
  readonly status: number;
  readonly type: string | undefined;
  readonly body: Buffer;
}

async function send(method: string, path: string, headers: Record<string, string>, body: Buffer): Promise<Reply> {
  const outgoing = request({ port: platform.platform.port, host: "127.0.0.1", method, path, headers });
  outgoing.end(body);
  const [incoming] = await once(outgoing, "response");
  return { method, status: incoming.statusCode, type: incoming.headers["content-type"], body: await buffer(incoming) };
}

function assertHonest({ method, status, type, body }: Reply): void {
  assert.ok(status < 500, `${status} ${body}`);
  if (status < 400 || method === "HEAD") return;
  assert.equal(type, "application/problem+json", `${status} ${body}`);
  const problem = JSON.parse(body.toString());
  assert.ok(Object.hasOwn(ERROR_CATALOGUE, problem.code), problem.code);
  assert.equal(ERROR_CATALOGUE[problem.code as ErrorCode].status, status);
  assert.ok(problem.detail.length > 0);
  if (problem.code === "request.invalid") assert.ok(problem.errors.length > 0);
}
