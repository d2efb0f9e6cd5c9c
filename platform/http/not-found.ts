// Answers for what no route takes: 405 with Allow when only the method is wrong, else 404.
import type { Context, Hono } from "hono";
import { AppError } from "../../shared/schema/errors.ts";
import type { AppEnv } from "./env.ts";

/** A route's path as a pattern, and the methods it takes. */
interface KnownPath {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** Makes the function that throws the right error for a request that no route took. Call it after all routes are added. */
export function createNotFound(app: Hono<AppEnv>): (c: Context<AppEnv>) => never {
  const paths = knownPaths(app);
  return (c) => {
    const methods = new Set(
      paths.filter(({ pattern }) => pattern.test(c.req.path)).flatMap((known) => [...known.methods]),
    );
    if (methods.size === 0) {
      throw new AppError("route.not_found", "There is nothing at this path. /docs lists every path.");
    }
    if (methods.has("GET")) methods.add("HEAD");
    const allow = [...methods].sort().join(", ");
    c.header("Allow", allow);
    throw new AppError("route.method_not_allowed", `This path takes ${allow}.`);
  };
}

function knownPaths(app: Hono<AppEnv>): KnownPath[] {
  const byPath = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    // Middleware is registered under ALL, and is no route.
    if (method === "ALL") continue;
    byPath.set(path, (byPath.get(path) ?? new Set()).add(method));
  }
  return [...byPath].map(([path, methods]) => ({ pattern: patternOf(path), methods }));
}

function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/:[A-Za-z]+/g, "[^/]+")}$`);
}
