// `PUT` and `DELETE /v1/servers/{serverId}`: for game servers, with the server credential.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { GameServerHeartbeat, ServerId } from "../../shared/schema/platform/index.ts";
import { requireServer } from "../environments/guards.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import { jsonRequest, problemResponses } from "../http/responses.ts";
import type { GameServerService } from "./service.ts";

const params = z.strictObject({ serverId: ServerId });
const security = [{ server: [] }];

/** Heartbeats and goodbyes. */
export function gameServerRoutes(servers: GameServerService): OpenAPIHono<AppEnv> {
  const guard = requireServer();
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
      await servers.heartbeat(
        c.get("environmentId"),
        c.req.valid("param").serverId,
        c.req.valid("json"),
        c.get("actor").id,
      );
      return c.body(null, 204);
    })
    .openapi(remove, async (c) => {
      await servers.goodbye(c.get("environmentId"), c.req.valid("param").serverId, c.get("actor").id);
      return c.body(null, 204);
    });
}
