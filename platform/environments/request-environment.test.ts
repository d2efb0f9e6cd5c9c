// A request is in its credential's environment, and the guards let through whom they should.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Hono } from "hono";
import { AppError } from "../../shared/schema/errors.ts";
import { EnvironmentId, FIRST_ENVIRONMENT } from "../../shared/schema/platform/index.ts";
import { createErrorHandler } from "../errors.ts";
import type { AppEnv } from "../http/env.ts";
import { createLog } from "../ops/log.ts";
import { Authenticator } from "./authenticator.ts";
import { type OperatorCredential, reaches } from "./credential.ts";
import { requireOperator, requirePlayer, requireServer } from "./guards.ts";
import { requestEnvironment } from "./request-environment.ts";

const live = EnvironmentId.parse("demo/live");
const other = EnvironmentId.parse("other/dev");
const SERVER_KEY = "server-key-0123456789-0123456789-01";
const OPERATOR_KEY = "operator-key-0123456789-0123456789";
const PLAYER = { environmentId: live, playerId: "p1", sessionId: "s1" };

function newApp() {
  const authenticator = new Authenticator({
    tokens: {
      verifyAccessToken: async (token) => {
        if (token === "players-token") return PLAYER;
        throw new AppError(token === "away" ? "service.unavailable" : "auth.invalid", "no");
      },
    },
    apiKeys: { authenticate: async () => undefined },
    defaultEnvironment: FIRST_ENVIRONMENT,
    serverKey: SERVER_KEY,
    operatorKey: OPERATOR_KEY,
  });
  const environments = {
    find: async (name: string) => {
      const id = [FIRST_ENVIRONMENT, live, other].find((known) => known === name);
      if (id === undefined) throw new AppError("environment.unknown", "no");
      return { id, corsOrigins: undefined };
    },
  };
  const app = new Hono<AppEnv>();
  app.onError(createErrorHandler(createLog("silent")));
  app.use(requestEnvironment({ environments, authenticator, defaultEnvironment: FIRST_ENVIRONMENT }));
  const answer = (c: { get(name: "environmentId"): string }) => new Response(c.get("environmentId"));
  app.get("/v1/open", answer);
  app.get("/v1/player", requirePlayer(), (c) => c.text(`${c.get("environmentId")} ${c.get("playerId")}`));
  app.get("/v1/server", requireServer(), answer);
  app.get("/v1/operator", requireOperator("audit:read"), (c) => c.text(`${c.get("actor").kind} ${c.get("actor").id}`));
  app.get("/page", answer);
  return async (path: string, token?: string, environment?: string) => {
    const headers: Record<string, string> = {};
    if (token !== undefined) headers["Authorization"] = token.includes(" ") ? token : `Bearer ${token}`;
    if (environment !== undefined) headers["X-Environment"] = environment;
    const response = await app.request(path, { headers });
    const text = await response.text();
    return response.ok ? text : (JSON.parse(text) as { code: string }).code;
  };
}

describe("environment of a request", () => {
  const get = newApp();

  it("is the default, or what the header names, where there is no credential", async () => {
    assert.equal(await get("/v1/open"), "demo/dev");
    assert.equal(await get("/v1/open", undefined, "demo/live"), "demo/live");
    assert.equal(await get("/v1/open", undefined, "demo/none"), "environment.unknown");
    assert.equal(await get("/v1/open", undefined, ""), "environment.unknown");
  });

  it("is the credential's, and a header that says otherwise is refused", async () => {
    assert.equal(await get("/v1/player", "players-token"), "demo/live p1");
    assert.equal(await get("/v1/player", "players-token", "demo/live"), "demo/live p1");
    for (const path of ["/v1/player", "/v1/open"]) {
      assert.equal(await get(path, "players-token", "demo/dev"), "auth.forbidden");
    }
    assert.equal(await get("/v1/server", SERVER_KEY), "demo/dev");
    assert.equal(await get("/v1/server", SERVER_KEY, "demo/live"), "auth.forbidden");
  });

  it("is where an operator of the platform chooses", async () => {
    assert.equal(await get("/v1/open", OPERATOR_KEY), "demo/dev");
    assert.equal(await get("/v1/open", OPERATOR_KEY, "other/dev"), "other/dev");
    assert.equal(await get("/v1/open", OPERATOR_KEY, "other/none"), "environment.unknown");
  });

  it("does not stop an open route for a bad credential, nor a page for a bad header", async () => {
    assert.equal(await get("/v1/open", "nonsense"), "demo/dev");
    assert.equal(await get("/v1/open", "Basic dTpw"), "demo/dev");
    assert.equal(await get("/page", "nonsense", "demo/none"), "demo/dev");
  });
});

describe("guards", () => {
  const get = newApp();

  it("let one kind of credential through each, and say of the others what is wrong", async () => {
    const codes = async (path: string) =>
      Promise.all([undefined, "Basic dTpw", "nonsense", "away"].map((token) => get(path, token)));
    for (const path of ["/v1/player", "/v1/server", "/v1/operator"]) {
      assert.deepEqual(await codes(path), ["auth.missing", "auth.invalid", "auth.invalid", "service.unavailable"]);
    }
    assert.equal(await get("/v1/player", SERVER_KEY), "auth.forbidden");
    assert.equal(await get("/v1/player", OPERATOR_KEY), "auth.forbidden");
    assert.equal(await get("/v1/server", "players-token"), "auth.forbidden");
    assert.equal(await get("/v1/server", OPERATOR_KEY), "auth.forbidden");
    assert.equal(await get("/v1/operator", "players-token"), "auth.forbidden");
    assert.equal(await get("/v1/operator", SERVER_KEY), "auth.forbidden");
    assert.equal(await get("/v1/operator", OPERATOR_KEY), "operator built-in");
  });
});

describe("reach of an operator", () => {
  const operator: OperatorCredential = {
    kind: "operator",
    environmentId: live,
    keyId: "k",
    reach: "environment",
    scopes: ["*"],
  };

  it("is its environment, its project or everything", () => {
    const where = (reach: OperatorCredential["reach"]) =>
      [FIRST_ENVIRONMENT, live, other].filter((id) => reaches({ ...operator, reach }, id));
    assert.deepEqual(where("environment"), [live]);
    assert.deepEqual(where("project"), [FIRST_ENVIRONMENT, live]);
    assert.deepEqual(where("platform"), [FIRST_ENVIRONMENT, live, other]);
  });
});
