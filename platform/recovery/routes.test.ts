// The routes of recovery over HTTP, upon accounts in memory: shapes, statuses, and answers that are the same for all.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { OpenAPIHono } from "@hono/zod-openapi";
import { MailCodeResponse } from "../../shared/schema/platform/index.ts";
import { openPglite } from "../db/pglite.ts";
import { MemoryStore } from "../ephemeral/memory.ts";
import { createErrorHandler, invalidRequest } from "../errors.ts";
import type { AppEnv } from "../http/env.ts";
import { RateLimiter } from "../http/rate-limit.ts";
import { RATE_POLICIES } from "../http/rate-policies.ts";
import { createLog } from "../ops/log.ts";
import { Metrics } from "../ops/metrics.ts";
import { recoveryRoutes } from "./routes.ts";
import { ADA, ENV, RecoveryStage } from "./testing/recovery-stage.ts";

describe("routes of recovery", () => {
  let folder: string;
  let on: RecoveryStage;
  let app: OpenAPIHono<AppEnv>;
  let playerId: string;
  let elevation: () => void;
  const metrics = new Metrics();
  const ephemerals: MemoryStore[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "gamekeeper-recovery-routes-"));
    const database = await openPglite(folder, createLog("silent"));
    await database.whenReady();
    on = await RecoveryStage.on(database);
  });
  beforeEach(async () => {
    await on.reset();
    elevation = () => undefined;
    playerId = await on.newPlayer(ADA);
    app = newApp();
  });
  after(async () => {
    for (const ephemeral of ephemerals) await ephemeral.close();
    await on.close();
    metrics.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** As the platform assembles them, with a credential that the test decides on: a player's for `Bearer player`. */
  function newApp(): OpenAPIHono<AppEnv> {
    const made = new OpenAPIHono<AppEnv>({
      defaultHook: (result) => {
        if (!result.success) throw invalidRequest(result.error, result.target);
      },
    });
    const ephemeral = new MemoryStore();
    ephemerals.push(ephemeral);
    made.onError(createErrorHandler(createLog("silent")));
    made.use(async (c, next) => {
      c.set("environmentId", ENV);
      const isPlayer = c.req.header("Authorization") === "Bearer player";
      c.set(
        "credential",
        isPlayer ? { kind: "player", environmentId: ENV, playerId, sessionId: "session-1" } : { kind: "none" },
      );
      await next();
    });
    made.route(
      "/",
      recoveryRoutes({
        recovery: on.recovery,
        elevations: { requireElevation: async () => elevation() },
        rateLimiter: new RateLimiter(ephemeral, metrics),
      }),
    );
    return made;
  }

  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const init = { method, headers: { "Content-Type": "application/json", ...headers } };
    const response = await app.request(path, body === undefined ? init : { ...init, body: JSON.stringify(body) }, {});
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
  };
  const asPlayer = { Authorization: "Bearer player" };
  const START_PATHS = ["/v1/auth/email/start", "/v1/auth/password/reset/start"];

  it("answer a request for a code with the same status, headers and fields for every address", async () => {
    for (const path of START_PATHS) {
      const answers = [];
      for (const email of [ADA, "nobody@example.com"]) answers.push(await send("POST", path, { email }));
      const [known, unknown] = answers;
      assert.equal(known?.status, 202);
      assert.equal(unknown?.status, 202);
      // How much is left of the caller's own limit is no news of anybody's account.
      const telling = (answer: typeof known) => [...(answer?.headers ?? [])].filter(([name]) => name !== "ratelimit");
      assert.deepEqual(telling(known), telling(unknown));
      for (const answer of answers) {
        const { codeId, ...rest } = MailCodeResponse.strict().parse(answer?.body);
        assert.match(codeId, /^[0-9a-f-]{36}$/);
        assert.deepEqual(rest, MailCodeResponse.omit({ codeId: true }).parse(known?.body));
      }
    }
  });

  it("set a new password by the mailed code", async () => {
    const { body } = await send("POST", "/v1/auth/password/reset/start", { email: ADA });
    const { code } = await on.mailedCode(ADA);
    const finish = (given: string, newPassword = "correct horse") =>
      send("POST", "/v1/auth/password/reset/finish", { codeId: body.codeId, code: given, newPassword });
    const refused = await finish("00000000");
    assert.equal(refused.status, 422);
    assert.equal(refused.body.code, "code.invalid");
    assert.equal((await finish(code)).status, 204);
    assert.deepEqual(on.accounts.passwords, [`${playerId} correct horse`]);
    assert.equal((await finish(code)).body.code, "code.invalid");
  });

  it("change the address of the player who is signed in, and take it back", async () => {
    assert.deepEqual((await send("GET", "/v1/player/me/email", undefined, asPlayer)).body, { email: ADA });
    const email = "new@example.com";
    assert.equal((await send("PUT", "/v1/player/me/email", { email }, asPlayer)).status, 202);
    const verified = await send("POST", "/v1/player/me/email/verify", await on.mailedCode(email), asPlayer);
    assert.deepEqual([verified.status, verified.body], [200, { email }]);
    assert.deepEqual(on.accounts.ended, [`${playerId} session-1`]);
    on.nowMs += 60_000;
    const undone = await send("POST", "/v1/auth/email/undo", await on.mailedCode(ADA));
    assert.equal(undone.status, 204);
    assert.deepEqual((await send("GET", "/v1/player/me/email", undefined, asPlayer)).body, { email: ADA });
  });

  it("leave the address out where there is none", async () => {
    playerId = await on.newPlayer();
    assert.deepEqual((await send("GET", "/v1/player/me/email", undefined, asPlayer)).body, {});
  });

  it("want an access token for the player's address", async () => {
    const codeId = crypto.randomUUID();
    for (const [method, path, body] of [
      ["GET", "/v1/player/me/email", undefined],
      ["PUT", "/v1/player/me/email", { email: ADA }],
      ["POST", "/v1/player/me/email/verify", { codeId, code: "00000000" }],
    ] as const) {
      assert.equal((await send(method, path, body)).body.code, "auth.missing", path);
    }
  });

  it("name what is wrong with a body", async () => {
    for (const email of ["ada", "ada@example", "Ada <ada@example.com>", "ada@exam\u0440le.com", "", 7]) {
      const { status, body } = await send("POST", "/v1/auth/email/start", { email });
      assert.equal(status, 422, String(email));
      assert.equal(body.errors[0].field, "email");
    }
    const spoiled = await send("POST", "/v1/auth/email/start", { email: ADA, locale: "../de", admin: true });
    assert.deepEqual(spoiled.body.errors.map(({ field }: { field: string }) => field).sort(), ["admin", "locale"]);
  });

  it("write in the language of the body, or else of Accept-Language", async () => {
    const subjectFor = async (body: object, language: string) => {
      await send("POST", "/v1/auth/email/start", { email: ADA, ...body }, { "Accept-Language": language });
      await on.mails.deliverDue();
      return on.transport.lastTo(ADA).subject;
    };
    assert.match(await subjectFor({}, "fr, de-CH;q=0.9, en;q=0.8"), /meldet dich/);
    assert.match(await subjectFor({ locale: "en-GB" }, "de"), /signs you in/);
    assert.match(await subjectFor({}, "x".repeat(5_000)), /signs you in/);
  });

  it("limit how often one address on the network asks", async () => {
    for (let count = 0; count < RATE_POLICIES.mail_code.perMinute; count += 1) {
      assert.equal((await send("POST", "/v1/auth/email/start", { email: `p${count}@example.com` })).status, 202);
    }
    const limited = await send("POST", "/v1/auth/password/reset/start", { email: ADA });
    assert.equal(limited.body.code, "request.rate_limited");
    assert.ok(Number(limited.headers.get("Retry-After")) > 0);
  });

  it("document their success, a wrong body, a wrong code and too many requests", () => {
    const { paths = {} } = app.getOpenAPI31Document({ openapi: "3.1.0", info: { title: "", version: "" } });
    const statuses = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item ?? {}).map(([method, operation]) => {
        const documented = Object.keys((operation as { responses: object }).responses);
        return `${method} ${path} ${documented.filter((status) => /^(2..|401|422|429|503)$/.test(status)).join(" ")}`;
      }),
    );
    assert.deepEqual(statuses.sort(), [
      "get /v1/player/me/email 200 401 429 503",
      "post /v1/auth/email/start 202 422 429 503",
      "post /v1/auth/email/undo 204 422 429 503",
      "post /v1/auth/password/reset/finish 204 422 429 503",
      "post /v1/auth/password/reset/start 202 422 429 503",
      "post /v1/player/me/email/verify 200 401 422 429 503",
      "put /v1/player/me/email 202 401 422 429 503",
    ]);
  });
});
