// `PUT` and `DELETE /v1/servers/{serverId}`: for game servers, with the server credential.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { GameServerHeartbeat, HeartbeatResponse, ServerId } from "../../shared/schema/platform/index.ts";
import { requireServer } from "../environments/guards.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import { jsonRequest, problemResponses, responses } from "../http/responses.ts";
import type { EndedSessions } from "../sessions/ended-sessions.ts";
import type { GameServerService } from "./service.ts";

const params = z.strictObject({ serverId: ServerId });
const security = [{ server: [] }];

/** What the routes of game servers need. */
export interface GameServerRoutesDeps {
  readonly servers: GameServerService;
  readonly ended: Pick<EndedSessions, "since">;
}

/** Heartbeats and goodbyes. */
export function gameServerRoutes({ servers, ended }: GameServerRoutesDeps): OpenAPIHono<AppEnv> {
  const guard = requireServer();
  const put = createRoute({
    method: "put",
    path: "/v1/servers/{serverId}",
    tags: ["Game servers"],
    summary: "Heartbeat",
    description:
      "Says that a game server lives, and what it offers. It is forgotten a few seconds after its last heartbeat. " +
      "The answer says which sessions have ended since: their players have no seats any more.",
    security,
    middleware: [guard, jsonBody()],
    request: { params, body: jsonRequest(GameServerHeartbeat) },
    responses: responses("Noted.", HeartbeatResponse, [
      "auth.missing",
      "auth.invalid",
      "auth.forbidden",
      "request.malformed",
      "request.too_large",
      "request.unsupported_media_type",
      "request.invalid",
      "service.unavailable",
    ]),
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
      const { endedCursor, ...heartbeat } = c.req.valid("json");
      const environmentId = c.get("environmentId");
      await servers.heartbeat(environmentId, c.req.valid("param").serverId, heartbeat, c.get("actor").id);
      return c.json(await ended.since(environmentId, endedCursor), 200);
    })
    .openapi(remove, async (c) => {
      await servers.goodbye(c.get("environmentId"), c.req.valid("param").serverId, c.get("actor").id);
      return c.body(null, 204);
    });
}
