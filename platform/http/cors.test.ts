// Pages may call the environments that name their origin.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Hono } from "hono";
import { AppError } from "../../shared/schema/errors.ts";
import { EnvironmentId } from "../../shared/schema/platform/index.ts";
import { createErrorHandler } from "../errors.ts";
import { createLog } from "../ops/log.ts";
import { corsByEnvironment } from "./cors.ts";
import type { AppEnv } from "./env.ts";

const LIVE = EnvironmentId.parse("demo/live");
const DEV = EnvironmentId.parse("demo/dev");
const GAME = "https://play.example.com";
const STAGING = "https://staging.example.com";

function newApp(origins: string[], byEnvironment: Map<string, string[]>): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.onError(createErrorHandler(createLog("silent")));
  const environments = {
    corsOriginsOf: (id: EnvironmentId) => byEnvironment.get(id),
    allCorsOrigins: async () => [...byEnvironment.values()].flat(),
  };
  app.use(corsByEnvironment({ origins, environments }), async (c, next) => {
    c.set("environmentId", EnvironmentId.parse(c.req.header("X-Environment") ?? DEV));
    await next();
  });
  app.get("/", (c) => c.text("ok"));
  app.get("/refused", () => {
    throw new AppError("request.rate_limited", "Wait.");
  });
  return app;
}

const app = newApp([STAGING], new Map([[LIVE, [GAME]]]));

async function mayRead(path: string, environment: EnvironmentId, origin: string): Promise<string | null> {
  const answer = await app.request(path, { headers: { Origin: origin, "X-Environment": environment } });
  assert.equal(answer.headers.get("Access-Control-Allow-Credentials"), null);
  assert.match(answer.headers.get("Vary") ?? "", /Origin/);
  return answer.headers.get("Access-Control-Allow-Origin");
}

describe("cors", () => {
  it("lets a page read the answers of an environment that names its origin, and of no other", async () => {
    assert.equal(await mayRead("/", LIVE, GAME), GAME);
    assert.equal(await mayRead("/", LIVE, STAGING), null);
    assert.equal(await mayRead("/", DEV, STAGING), STAGING, "this one names none, so the platform's own count");
    assert.equal(await mayRead("/", DEV, GAME), null);
    assert.equal(await mayRead("/", LIVE, `${GAME}.evil.example`), null);
  });

  it("lets a page read refusals too, with the headers that say when to come again", async () => {
    const headers = { Origin: GAME, "X-Environment": LIVE };
    const answer = await app.request("/refused", { headers });
    assert.equal(answer.status, 429);
    assert.equal(answer.headers.get("Access-Control-Allow-Origin"), GAME);
    assert.match(answer.headers.get("Access-Control-Expose-Headers") ?? "", /Retry-After, RateLimit, RateLimit-Policy/);
  });

  it("answers a preflight for an origin of any environment, since it tells none", async () => {
    const preflight = (origin: string) => {
      const headers = { Origin: origin, "Access-Control-Request-Method": "PATCH" };
      return app.request("/", { method: "OPTIONS", headers });
    };
    for (const origin of [GAME, STAGING]) {
      const answer = await preflight(origin);
      assert.equal(answer.status, 204);
      assert.equal(answer.headers.get("Access-Control-Allow-Origin"), origin);
      assert.match(answer.headers.get("Access-Control-Allow-Methods") ?? "", /PATCH/);
      assert.match(answer.headers.get("Access-Control-Allow-Headers") ?? "", /Authorization.*X-Environment/);
    }
    assert.equal((await preflight("https://evil.example")).headers.get("Access-Control-Allow-Origin"), null);
  });

  it("lets any page call where the platform says so, and no environment says otherwise", async () => {
    const open = newApp(["*"], new Map([[LIVE, [GAME]]]));
    const answer = await open.request("/", { headers: { Origin: STAGING } });
    assert.equal(answer.headers.get("Access-Control-Allow-Origin"), "*");
    const live = await open.request("/", { headers: { Origin: STAGING, "X-Environment": LIVE } });
    assert.equal(live.headers.get("Access-Control-Allow-Origin"), null);
  });
});
