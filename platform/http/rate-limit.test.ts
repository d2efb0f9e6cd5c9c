// Limits refuse what is too much, say so in headers, and stand in front of every request.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Hono } from "hono";
import { AppError } from "../../shared/schema/errors.ts";
import { FIRST_ENVIRONMENT } from "../../shared/schema/platform/index.ts";
import { MemoryStore } from "../ephemeral/memory.ts";
import { createErrorHandler } from "../errors.ts";
import { createLog } from "../ops/log.ts";
import { Metrics } from "../ops/metrics.ts";
import type { AppEnv } from "./env.ts";
import { RateLimiter } from "./rate-limit.ts";
import { RATE_POLICIES, type RateOverrides } from "./rate-policies.ts";

let now = 0;
let store: MemoryStore;
let metrics: Metrics;

/** A platform with a route for everybody and one with a limit of its own; `X-Player` stands for a verified token. */
function newApp(overrides: RateOverrides = {}, away = false): Hono<AppEnv> {
  const takeToken = async () => Promise.reject(new AppError("service.unavailable", "The ephemeral store is away."));
  const limiter = new RateLimiter(away ? { takeToken } : store, metrics, overrides);
  const app = new Hono<AppEnv>();
  app.onError(createErrorHandler(createLog("silent")));
  app.use(limiter.edge(), async (c, next) => {
    const playerId = c.req.header("X-Player");
    c.set("environmentId", FIRST_ENVIRONMENT);
    if (playerId === undefined) c.set("credential", { kind: "none" });
    else c.set("credential", { kind: "player", environmentId: FIRST_ENVIRONMENT, playerId, sessionId: "s" });
    c.set("playerId", playerId ?? "");
    await next();
  });
  app.use(limiter.players());
  app.get("/v1/open", (c) => c.text("ok"));
  app.post("/v1/auth/guest", limiter.policy("guest_sign_in"), (c) => c.text("ok"));
  app.post("/v1/change", limiter.policy("profile_change"), (c) => c.text("ok"));
  app.put("/v1/servers/a", (c) => c.text("ok"));
  return app;
}

const ask = (app: Hono<AppEnv>, method: string, path: string, { address = "203.0.113.7", player = "" } = {}) =>
  app.request(
    path,
    { method, headers: player === "" ? {} : { "X-Player": player } },
    { incoming: { socket: { remoteAddress: address } } },
  );

beforeEach(() => {
  now = 1_000_000;
  store = new MemoryStore({ now: () => now });
  metrics = new Metrics();
});
afterEach(async () => {
  metrics.close();
  await store.close();
});

describe("rate limits", () => {
  it("let so many through at once, refuse the next with the time to wait, and let it through then", async () => {
    const app = newApp({ guest_sign_in: 6 });
    const signIn = () => ask(app, "POST", "/v1/auth/guest");
    for (let i = 0; i < 6; i += 1) assert.equal((await signIn()).status, 200);
    const refused = await signIn();
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get("Retry-After"), "10");
    const problem = (await refused.json()) as { code: string; detail: string };
    assert.equal(problem.code, "request.rate_limited");
    assert.match(problem.detail, /guest_sign_in is 6 at once and 6 a minute. Try again in 10 s/);
    now += 9_999;
    assert.equal((await signIn()).status, 429);
    now += 1;
    assert.equal((await signIn()).status, 200);
    assert.equal((await signIn()).status, 429, "one came back, not all");
    assert.match(await metrics.registry.metrics(), /platform_rate_limited_total\{limit="guest_sign_in"\} 3/);
  });

  it("say in headers what they are and what is left, also with a refusal", async () => {
    const app = newApp({ address: 100, auth: 50, guest_sign_in: 2 });
    const answer = await ask(app, "POST", "/v1/auth/guest");
    assert.equal(
      answer.headers.get("RateLimit-Policy"),
      '"address";q=100;w=60, "auth";q=50;w=60, "guest_sign_in";q=2;w=60',
    );
    assert.equal(answer.headers.get("RateLimit"), '"address";r=99;t=1, "auth";r=49;t=2, "guest_sign_in";r=1;t=30');
    await ask(app, "POST", "/v1/auth/guest");
    const refused = await ask(app, "POST", "/v1/auth/guest");
    assert.equal(refused.headers.get("RateLimit"), '"address";r=97;t=2, "auth";r=47;t=4, "guest_sign_in";r=0;t=60');
  });

  it("count an address over all routes, players and credentials, and another address apart", async () => {
    const app = newApp({ address: 3 });
    for (const path of ["/v1/open", "/nothing", "/v1/open"]) await ask(app, "GET", path, { player: path });
    assert.equal((await ask(app, "GET", "/v1/open")).status, 429);
    assert.equal((await ask(app, "GET", "/v1/open", { address: "203.0.113.8" })).status, 200);
    assert.equal((await ask(app, "PUT", "/v1/servers/a")).status, 200, "game servers have a limit of their own");
  });

  it("count a player over all routes and addresses, and another player apart", async () => {
    const app = newApp({ player: 2 });
    assert.equal((await ask(app, "GET", "/v1/open", { player: "a", address: "203.0.113.1" })).status, 200);
    assert.equal((await ask(app, "POST", "/v1/change", { player: "a", address: "203.0.113.2" })).status, 200);
    assert.equal((await ask(app, "GET", "/v1/open", { player: "a", address: "203.0.113.3" })).status, 429);
    assert.equal((await ask(app, "GET", "/v1/open", { player: "b", address: "203.0.113.3" })).status, 200);
  });

  it("hold a route's own limit by player, whatever the address", async () => {
    const app = newApp({ profile_change: 1 });
    assert.equal((await ask(app, "POST", "/v1/change", { player: "a" })).status, 200);
    assert.equal((await ask(app, "POST", "/v1/change", { player: "a", address: "203.0.113.9" })).status, 429);
    assert.equal((await ask(app, "POST", "/v1/change", { player: "b" })).status, 200);
  });

  it("let requests go on while the store is away, but not those with a limit of their own", async () => {
    const app = newApp({}, true);
    assert.equal((await ask(app, "GET", "/v1/open", { player: "a" })).status, 200);
    assert.equal((await ask(app, "POST", "/v1/auth/guest")).status, 503);
    const text = await metrics.registry.metrics();
    assert.match(text, /platform_rate_limits_skipped_total\{limit="address"\} 2/);
    assert.match(text, /platform_rate_limits_skipped_total\{limit="player"\} 1/);
  });

  it("each have a row in the operator's guide, with the numbers that are true", () => {
    const guide = readFileSync(new URL("../../docs/operate.md", import.meta.url), "utf8");
    for (const [name, policy] of Object.entries(RATE_POLICIES)) {
      const { perMinute, by } = policy;
      const burst = "burst" in policy ? policy.burst : perMinute;
      assert.ok(
        guide.includes(`| \`${name}\` | ${by} | ${perMinute} | ${burst} |`),
        `${name} ${by} ${perMinute} ${burst}`,
      );
    }
  });
});
