// `PUT` and `DELETE /v1/servers/{serverId}`: for game servers, with the server credential.
import { createHash, timingSafeEqual } from "node:crypto";
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { AppError } from "../../shared/schema/errors.ts";
import { GameServerHeartbeat, ServerId } from "../../shared/schema/platform/index.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import { jsonRequest, problemResponses } from "../http/responses.ts";
import { bearerOf } from "../tokens/bearer.ts";
import type { TokenService } from "../tokens/service.ts";
import type { GameServerService } from "./service.ts";

/** What the routes of game servers need. */
export interface GameServerRoutesDeps {
  readonly servers: GameServerService;
  readonly tokens: TokenService;
  readonly serverKey: string;
}

const params = z.strictObject({ serverId: ServerId });
const security = [{ serverKey: [] }];

/** Heartbeats and goodbyes. */
export function gameServerRoutes({ servers, tokens, serverKey }: GameServerRoutesDeps): OpenAPIHono<AppEnv> {
  const guard = requireServer(serverKey, tokens);
  const put = createRoute({
    method: "put",
    path: "/v1/servers/{serverId}",
    tags: ["Game servers"],
    summary: "Heartbeat",
    description:
      "Says that a game server lives, and what it offers. It is forgotten a few seconds after its last heartbeat.",
    security,
    middleware: [guard, jsonBody()],
    request: { params, body: jsonRequest(GameServerHeartbeat) },
    responses: {
      ...problemResponses([
        "auth.missing",
        "auth.invalid",
        "auth.forbidden",
        "request.malformed",
        "request.too_large",
        "request.unsupported_media_type",
        "request.invalid",
        "service.unavailable",
      ]),
      204: { description: "Noted." },
    },
  });
  const remove = createRoute({
    method: "delete",
    path: "/v1/servers/{serverId}",
    tags: ["Game servers"],
    summary: "Goodbye",
    description: "Forgets a game server at once. Saying it twice is no error.",
    security,
    middleware: [guard],
    request: { params },
    responses: {
      ...problemResponses(["auth.missing", "auth.invalid", "auth.forbidden", "request.invalid", "service.unavailable"]),
      204: { description: "Forgotten." },
    },
  });
  return new OpenAPIHono<AppEnv>()
    .openapi(put, async (c) => {
      await servers.heartbeat(c.req.valid("param").serverId, c.req.valid("json"));
      return c.body(null, 204);
    })
    .openapi(remove, async (c) => {
      await servers.goodbye(c.req.valid("param").serverId);
      return c.body(null, 204);
    });
}

/**
 * Lets only the server credential through, compared by hash and so in a time that says nothing of it. A player's good
 * token is answered `auth.forbidden`, so that the mistake is plain; anything else `auth.invalid`.
 */
function requireServer(serverKey: string, tokens: TokenService): MiddlewareHandler<AppEnv> {
  const expected = sha256(serverKey);
  return async (c, next) => {
    const credential = bearerOf(c);
    if (!timingSafeEqual(sha256(credential), expected)) {
      if (await isPlayerToken(tokens, credential)) {
        throw new AppError("auth.forbidden", "This path is for game servers; a player's token does not open it.");
      }
      throw new AppError("auth.invalid", "This is not the server credential. Set the same SERVER_KEY on both sides.");
    }
    await next();
  };
}

async function isPlayerToken(tokens: TokenService, credential: string): Promise<boolean> {
  try {
    await tokens.verifyAccessToken(credential);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
