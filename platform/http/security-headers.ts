// Headers that every answer carries, so that a browser trusts nothing more than it must.
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./env.ts";

/** For answers that are data: a browser that shows them runs nothing. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Adds the security headers. A page sets its own `Content-Security-Policy` and keeps it. */
export function securityHeaders(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    const headers = c.res.headers;
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("X-Frame-Options", "DENY");
    if (!headers.has("Content-Security-Policy")) headers.set("Content-Security-Policy", DATA_POLICY);
    if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  };
}
