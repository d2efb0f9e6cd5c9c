// What is in one environment cannot be read, changed or even noticed from another, over every operation of the API.
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { DEFAULT_PROVIDERS, SEAT_HOLD_MS } from "../shared/schema/platform/index.ts";
import { openPglite } from "./db/pglite.ts";
import { RATE_POLICY_NAMES } from "./http/rate-policies.ts";
import { createLog } from "./ops/log.ts";
import { type FakeGameServer, startFakeGameServer } from "./testing/fake-game-server.ts";
import {
  type ApiDocument,
  type ApiRequest,
  type Operation,
  operationsOf,
  requestsOf,
} from "./testing/openapi-requests.ts";
import { type Answer, startTestPlatform, type TestPlatform } from "./testing/test-platform.ts";

/** Requests of each operation with each credential. */
const DRAWS = 6;
const SEED = Number(process.env["SEED"] ?? Math.trunc(Math.random() * 0x7fffffff));

const OPERATOR_KEY = randomBytes(24).toString("hex");
const LIVE = "demo/live";
const DEV = "demo/dev";
const LIVE_DEVICE = "the-device-of-a-live-player";

/** What is in `demo/live`: words that nobody else may ever read, and the credentials of its people. */
interface Live {
  readonly words: readonly string[];
  readonly playerToken: string;
  readonly serverKey: string;
  readonly operatorKey: string;
  readonly statusPath: string;
}

let dataDir: string;
let platform: TestPlatform;
let gameServer: FakeGameServer;
let document: ApiDocument;
let live: Live;
let rowsBefore: string;
/** When the ticket over there was matched. */
let playedMs = 0;
let keys: { server: string; operator: string };

before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "gamekeeper-walls-"));
  gameServer = await startFakeGameServer();
  await start();
  const made = await fill();
  await platform.close();
  rowsBefore = await liveRows();
  await start();
  live = { ...made, ...(await play(made)) };
  keys = { server: await newKey(DEV, "server"), operator: await newKey(DEV, "operator") };
  document = (await platform.send("GET", "/openapi.json")).body;
});
after(async () => {
  await platform.close();
  await gameServer.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<void> {
  platform = await startTestPlatform({
    DATA_DIR: dataDir,
    OPERATOR_KEY,
    // The walls are tried, and not how often one may try.
    RATE_LIMITS: RATE_POLICY_NAMES.map((name) => `${name}=1000000`).join(),
    LOG_LEVEL: "info",
  });
}

const asMaster = (method: string, path: string, environment: string, body?: unknown) =>
  platform.send(method, path, { token: OPERATOR_KEY, environment, body });

async function newKey(environment: string, kind: "server" | "operator"): Promise<string> {
  const more = kind === "operator" ? { scopes: ["*"], reach: "environment" } : {};
  const { body } = await asMaster("POST", "/v1/api-keys", environment, {
    kind,
    name: `the ${kind} of ${environment}`,
    ...more,
  });
  return body.secret;
}

/** Puts people, keys and entries into `demo/live`: what the database keeps. */
async function fill() {
  assert.equal((await asMaster("POST", "/v1/environments", DEV, { id: LIVE })).status, 201);
  const [serverKey, operatorKey] = [await newKey(LIVE, "server"), await newKey(LIVE, "operator")];
  const signIn = await platform.send("POST", "/v1/auth/guest", { environment: LIVE, body: { deviceId: LIVE_DEVICE } });
  const listed = (await platform.send("GET", "/v1/api-keys", { token: operatorKey })).body.apiKeys;
  const entries = (await platform.send("GET", "/v1/audit", { token: operatorKey })).body.entries;
  const ids = [...listed, ...entries].map(({ id }: { id: string }) => id);
  // Whatever else signing in gives (a session, a refresh token) must not leave its environment either.
  const given = Object.values(signIn.body).filter((value): value is string => typeof value === "string");
  const words = [...ids, ...given, serverKey, operatorKey, "the server of demo/live", "the operator of demo/live"];
  return { words, playerToken: String(signIn.body.accessToken), serverKey, operatorKey };
}

/** Puts a game server and a matched ticket there: what the ephemeral store keeps. */
async function play(made: Omit<Live, "statusPath">): Promise<Pick<Live, "words" | "statusPath">> {
  const beat = { token: made.serverKey, body: gameServer.heartbeat({ endpoint: "wss://live.example.com" }) };
  assert.equal((await platform.send("PUT", "/v1/servers/live-server", beat)).status, 200);
  const join = { token: made.playerToken, body: { mode: "arena" } };
  const { body } = await platform.send("POST", "/v1/matchmaking/join", join);
  playedMs = performance.now();
  const { ticketId, assignment } = body;
  const words = [...made.words, ticketId, assignment.ticket, "live-server", "wss://live.example.com"];
  return { words, statusPath: `/v1/matchmaking/status?ticketId=${ticketId}` };
}

/** Every row of `demo/live`, of every table, as text. The platform must not run: the folder has one owner. */
async function liveRows(): Promise<string> {
  const database = await openPglite(dataDir, createLog("silent"));
  await database.whenReady();
  try {
    const tables = await database.query((db) =>
      db.execute<{ name: string }>(sql`select table_name as name from information_schema.columns
        where table_schema = 'public' and column_name = 'environment_id' order by 1`),
    );
    assert.ok(tables.length >= 5, "every table of an environment is looked at");
    const rows: string[] = [];
    for (const { name } of tables) {
      const found = await database.query((db) =>
        db.execute<{ row: string }>(sql`select to_jsonb(t)::text as row from ${sql.identifier(name)} t
          where environment_id = ${LIVE} order by 1`),
      );
      rows.push(...found.map(({ row }) => `${name} ${row}`));
    }
    return rows.join("\n");
  } finally {
    await database.close();
  }
}

/** Words of `demo/live` that an answer has and its request did not: what leaked. */
function leaked(answer: Answer, request: ApiRequest): string[] {
  const sent = decodeURIComponent(request.path) + JSON.stringify(request.body ?? "");
  const text = JSON.stringify([answer.body ?? "", [...answer.headers]]);
  return live.words.filter((word) => text.includes(word) && !sent.includes(word) && !told.has(word));
}

/** Words that an intruder wrote into the own environment, as the name of a key for example: reading them there is no leak. */
const told = new Set<string>();

function tell(request: ApiRequest): void {
  const sent = decodeURIComponent(request.path) + JSON.stringify(request.body ?? "");
  for (const word of live.words) if (sent.includes(word)) told.add(word);
}

/** The same request with names that nobody ever had in place of those of `demo/live`. */
function withoutLive(request: ApiRequest): ApiRequest {
  let text = JSON.stringify(request);
  for (const word of live.words) {
    const other = /^[0-9a-f-]{36}$/.test(word) ? randomUUID() : renamed(word);
    text = text.replaceAll(word, other).replaceAll(encodeURIComponent(word), encodeURIComponent(other));
  }
  return JSON.parse(text);
}

/** Another text of the same length and form. */
function renamed(word: string): string {
  if (word.includes("live")) return word.replaceAll("live", "dead");
  return word.replace(/[a-m]/g, "n").replace(/[A-M]/g, "N");
}

const fromLive = (_: string, format: string | undefined): fc.Arbitrary<string> => {
  const uuids = live.words.filter((word) => /^[0-9a-f-]{36}$/.test(word));
  if (format === "uuid") return fc.constantFrom(...uuids);
  return fc.constantFrom(...live.words, LIVE_DEVICE, LIVE, "arena");
};

const samples = (operation: Operation, numRuns: number) =>
  fc.sample(requestsOf(operation, document, fromLive), { numRuns, seed: SEED });

describe("walls between environments", () => {
  it(`keep out every credential of another one, on every operation (seed ${SEED})`, async () => {
    let tried = 0;
    // Reading first, while the intruders have written nothing themselves.
    const operations = operationsOf(document);
    const reading = operations.filter(({ method }) => method === "GET");
    for (const operation of [...reading, ...operations.filter(({ method }) => method !== "GET")]) {
      for (const kind of ["none", "player", "server", "operator"] as const) {
        for (const request of samples(operation, DRAWS)) {
          // Signing in anew each time: some operations end the session or the key that they were called with.
          const token = await tokenOf(kind);
          const send = (it: ApiRequest) =>
            platform.send(operation.method, it.path, { token, environment: DEV, body: it.body });
          const context = `${kind} ${operation.method} ${request.path} ${JSON.stringify(request.body)}, seed ${SEED}`;
          if (operation.method !== "GET") tell(request);
          const answer = await send(request);
          assert.ok(answer.status < 500, `${answer.status} ${context}`);
          assert.deepEqual(leaked(answer, request), [], context);
          await assertSameAnswer(answer, request, send, context);
          tried += 1;
        }
      }
    }
    assert.ok(tried > 200, `${tried} requests`);
    const { body } = await platform.send("GET", live.statusPath, { token: live.playerToken });
    if (performance.now() - playedMs < SEAT_HOLD_MS / 2) assert.equal(body.status, "matched", "nobody gave it back");
  });

  it("refuse whoever names an environment that the credential is not of", async () => {
    for (const operation of operationsOf(document)) {
      const [request] = samples(operation, 1);
      assert.ok(request);
      for (const kind of ["player", "server", "operator"] as const) {
        const given = { token: await tokenOf(kind), environment: LIVE, body: request.body };
        const answer = await platform.send(operation.method, request.path, given);
        assert.equal(answer.body.code, "auth.forbidden", `${kind} ${operation.method} ${request.path}`);
      }
    }
  });

  it("let its own people through: what was looked for is there", async () => {
    told.clear();
    const seen = async (path: string, token: string) => {
      const request = { path, body: undefined };
      return leaked(await platform.send("GET", path, { token }), request);
    };
    for (const path of ["/v1/api-keys", "/v1/audit", "/v1/audit/export"]) {
      assert.ok((await seen(path, live.operatorKey)).includes("the server of demo/live"), path);
    }
    // A seat is held for seconds alone, and trying every operation may have taken longer.
    const { statusPath } = await play(live);
    assert.ok((await seen(statusPath, live.playerToken)).includes("wss://live.example.com"));
  });

  it("have left everything behind them as it was", async () => {
    const beat = { token: live.serverKey, body: gameServer.heartbeat() };
    assert.equal((await platform.send("PUT", "/v1/servers/live-server", beat)).status, 200);
    await platform.platform.stop();
    assert.equal(await liveRows(), rowsBefore);
    assert.ok(rowsBefore.includes("api_key.created"));
  });
});

async function tokenOf(kind: "none" | "player" | "server" | "operator"): Promise<string | undefined> {
  if (kind === "server" || kind === "operator") return keys[kind];
  if (kind === "none") return undefined;
  // An operator of this environment may have taken the way in away in the meantime.
  await platform.send("PUT", "/v1/providers", { token: keys.operator, environment: DEV, body: DEFAULT_PROVIDERS });
  const { body } = await platform.send("POST", "/v1/auth/guest", {
    environment: DEV,
    body: { deviceId: "an-intruder-in-dev" },
  });
  assert.ok(body.accessToken, JSON.stringify(body));
  return body.accessToken;
}

/** Whether something exists over there must not show either: an answer is the same for what never was. */
async function assertSameAnswer(
  answer: Answer,
  request: ApiRequest,
  send: (request: ApiRequest) => Promise<Answer>,
  context: string,
): Promise<void> {
  const other = withoutLive(request);
  if (JSON.stringify(other) === JSON.stringify(request)) return;
  const control = await send(other);
  if (answer.status === 429 || control.status === 429) return;
  // The first of two changes of one version was taken: it is what the second one meets.
  if (answer.status < 300 && control.body?.code === "profile.version_conflict") return;
  assert.deepEqual([answer.status, answer.body?.code], [control.status, control.body?.code], context);
}
