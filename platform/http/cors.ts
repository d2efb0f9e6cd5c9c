// Which pages may call, by environment (the Fetch standard, CORS protocol).
import type { MiddlewareHandler } from "hono";
import { ENVIRONMENT_HEADER, type EnvironmentId } from "../../shared/schema/platform/index.ts";
import type { AppEnv } from "./env.ts";
import { RATE_LIMIT_HEADERS } from "./rate-limit.ts";

/** How long a browser may remember that it may call us, in seconds. */
const PREFLIGHT_SECONDS = 600;

const METHODS = "GET, POST, PUT, PATCH, DELETE";
const REQUEST_HEADERS = `Authorization, Content-Type, ${ENVIRONMENT_HEADER}, X-Request-Id, Idempotency-Key`;
const READABLE_HEADERS = `X-Request-Id, Retry-After, ${RATE_LIMIT_HEADERS.state}, ${RATE_LIMIT_HEADERS.policy}`;

/** Where the origins of environments come from. Neither throws while the database is away. */
export interface CorsOrigins {
  /** Those of an environment that was looked up for this request; undefined stands for the platform's own. */
  corsOriginsOf(environmentId: EnvironmentId): readonly string[] | undefined;
  /** Those of every environment together. */
  allCorsOrigins(): Promise<readonly string[]>;
}

/** What the middleware needs. `origins` are the platform's own, `*` among them for any. */
export interface CorsDeps {
  readonly origins: readonly string[];
  readonly environments: CorsOrigins;
}

/**
 * Answers preflights, and says on every answer whether the page that asked may read it. A preflight tells neither a
 * credential nor an environment, so it succeeds for an origin of any; the answer to the request itself is then readable
 * only for origins of the request's environment. Tokens travel in a header and never in a cookie: so no origin is trusted
 * with credentials, and one that is not allowed could do no more than a program that is no browser.
 */
export function corsByEnvironment({ origins, environments }: CorsDeps): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const origin = c.req.header("Origin");
    if (c.req.method === "OPTIONS" && c.req.header("Access-Control-Request-Method") !== undefined) {
      const allowed = allow(origin, [...origins, ...(await environments.allCorsOrigins())]);
      return c.body(null, 204, {
        Vary: "Origin, Access-Control-Request-Headers",
        ...(allowed === undefined
          ? {}
          : {
              "Access-Control-Allow-Origin": allowed,
              "Access-Control-Allow-Methods": METHODS,
              "Access-Control-Allow-Headers": REQUEST_HEADERS,
              "Access-Control-Max-Age": String(PREFLIGHT_SECONDS),
            }),
      });
    }
    await next();
    const environmentId: EnvironmentId | undefined = c.get("environmentId");
    const own = environmentId === undefined ? undefined : environments.corsOriginsOf(environmentId);
    const allowed = allow(origin, own ?? origins);
    if (allowed !== "*") c.res.headers.append("Vary", "Origin");
    if (allowed === undefined) return;
    c.res.headers.set("Access-Control-Allow-Origin", allowed);
    c.res.headers.set("Access-Control-Expose-Headers", READABLE_HEADERS);
  };
}

/** The value of `Access-Control-Allow-Origin`; undefined when there is to be none. */
function allow(origin: string | undefined, origins: readonly string[]): string | undefined {
  if (origins.includes("*")) return "*";
  return origin !== undefined && origins.includes(origin) ? origin : undefined;
}
