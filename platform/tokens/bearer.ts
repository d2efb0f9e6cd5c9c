// Bearer credentials (RFC 6750): reads them, and guards the routes of players.
import type { Context, MiddlewareHandler } from "hono";
import { AppError } from "../../shared/schema/errors.ts";
import type { AppEnv } from "../http/env.ts";
import type { TokenService } from "./service.ts";

const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;

/** Lets only requests with a good access token through, and sets `playerId` in the context. */
export function requirePlayer(tokens: TokenService): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    c.set("playerId", await tokens.verifyAccessToken(bearerOf(c)));
    await next();
  };
}

/** The request's bearer credential. Throws `auth.missing` without one, and `auth.invalid` for another scheme. */
export function bearerOf(c: Context<AppEnv>): string {
  c.header("WWW-Authenticate", "Bearer");
  const header = c.req.header("Authorization");
  if (header === undefined || header === "") {
    throw new AppError("auth.missing", "Send the access token as Authorization: Bearer <token>.");
  }
  const credential = BEARER.exec(header)?.[1];
  if (credential === undefined) {
    throw new AppError("auth.invalid", "The Authorization header must be: Bearer <token>.");
  }
  c.header("WWW-Authenticate", undefined);
  return credential;
}
