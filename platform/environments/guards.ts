// Guards of routes: each lets one kind of credential through.
import type { Context, MiddlewareHandler } from "hono";
import { AppError } from "../../shared/schema/errors.ts";
import type { EnvironmentId, OperatorScope } from "../../shared/schema/platform/index.ts";
import type { AppEnv } from "../http/env.ts";
import type { GoodCredential, OperatorCredential } from "./credential.ts";

/** Lets only requests with a good access token through, and sets `playerId` and `sessionId` in the context. */
export function requirePlayer(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const credential = goodCredential(c);
    if (credential.kind !== "player") {
      throw new AppError(
        "auth.forbidden",
        "This path is for players; the key of a server or operator does not open it.",
      );
    }
    c.set("playerId", credential.playerId);
    c.set("sessionId", credential.sessionId);
    await next();
  };
}

/** Knows which sessions have shown lately who uses them. */
export interface Elevations {
  /** Throws `auth.elevation_required` when the player has something to show more with, and this session has not. */
  requireElevation(
    environmentId: EnvironmentId,
    playerId: string,
    sessionId: string,
    proofs?: "any" | "second-factor",
  ): Promise<void>;
}

/**
 * Behind `requirePlayer`: asks for a fresh proof before what would hand the account, or all that is kept of it, to whoever
 * holds a stolen token. With `second-factor` only of players who have one: a route that asks for another secret already.
 */
export function requireElevation(
  elevations: Elevations,
  proofs: "any" | "second-factor" = "any",
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await elevations.requireElevation(c.get("environmentId"), c.get("playerId"), c.get("sessionId"), proofs);
    await next();
  };
}

/** Lets only game servers through. */
export function requireServer(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (goodCredential(c).kind !== "server") {
      throw new AppError("auth.forbidden", "This path is for game servers; send a server key of this environment.");
    }
    await next();
  };
}

/** Lets only operators through whose key has `scope`. */
export function requireOperator(scope: OperatorScope): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const credential = goodCredential(c);
    if (credential.kind !== "operator") {
      throw new AppError("auth.forbidden", "This path is for operators; send an operator key.");
    }
    if (!credential.scopes.includes("*") && !credential.scopes.includes(scope)) {
      throw new AppError("auth.forbidden", `This operator key lacks the scope ${scope}.`);
    }
    await next();
  };
}

/** The operator of a request that `requireOperator` let through. */
export function operatorOf(c: Context<AppEnv>): OperatorCredential {
  const credential = c.get("credential");
  if (credential.kind !== "operator") throw new Error("This route has no requireOperator.");
  return credential;
}

/** The request's credential. Throws `auth.missing` without one, and for a bad one what is wrong with it (RFC 6750). */
function goodCredential(c: Context<AppEnv>): GoodCredential {
  const credential = c.get("credential");
  if (credential.kind === "none") {
    c.header("WWW-Authenticate", "Bearer");
    throw new AppError("auth.missing", "Send the credential as Authorization: Bearer <token>.");
  }
  if (credential.kind === "refused") {
    if (credential.error.status === 401) c.header("WWW-Authenticate", 'Bearer error="invalid_token"');
    throw credential.error;
  }
  return credential;
}
