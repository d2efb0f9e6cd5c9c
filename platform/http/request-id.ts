// Request ids, access log and request metrics: what happens around every request.
import { randomUUID } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { Log } from "../ops/log.ts";
import type { Metrics } from "../ops/metrics.ts";
import type { AppEnv } from "./env.ts";

/** A request id that a caller may choose: short, and safe in a header, a log and a page. */
const REQUEST_ID_PATTERN = /^[A-Za-z0-9._-]{1,64}$/;

const KNOWN_METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]);

/** Takes the caller's `X-Request-Id` if it is sane, or makes one, and echoes it. */
export function requestId(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const given = c.req.header("X-Request-Id");
    const id = given !== undefined && REQUEST_ID_PATTERN.test(given) ? given : randomUUID();
    c.set("requestId", id);
    c.header("X-Request-Id", id);
    await next();
  };
}

/** Counts and times every request, and logs it at level debug, or at warn when it failed through a fault of ours. */
export function observed(metrics: Metrics, log: Log): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAt = performance.now();
    await next();
    const durationMs = performance.now() - startedAt;
    const method = KNOWN_METHODS.has(c.req.method) ? c.req.method : "OTHER";
    const route = c.get("routeLabel") ?? matchedRoutes(c).findLast(({ method }) => method !== "ALL")?.path ?? "none";
    const status = c.res.status;
    metrics.httpRequests.inc({ route, method, status });
    metrics.httpDuration.observe({ route, method }, durationMs / 1_000);
    const level = status === 500 ? "warn" : "debug";
    if (!log.isLevelEnabled(level)) return;
    log[level]({
      event: "http.request",
      requestId: c.get("requestId"),
      environment: c.get("environmentId"),
      method,
      route,
      status,
      durationMs: Math.round(durationMs),
    });
  };
}
