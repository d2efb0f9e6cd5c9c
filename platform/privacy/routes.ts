// `POST /v1/player/me/export`, `DELETE /v1/player/me`, `POST /v1/player/me/undelete`.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { ScheduledDeletion } from "../../shared/schema/platform/index.ts";
import { type Elevations, requireElevation, requirePlayer } from "../environments/guards.ts";
import type { AppEnv } from "../http/env.ts";
import type { RateLimiter } from "../http/rate-limit.ts";
import { problemResponses } from "../http/responses.ts";
import type { PrivacyService } from "./service.ts";

/** What the routes of privacy need. */
export interface PrivacyRoutesDeps {
  readonly privacy: PrivacyService;
  readonly elevations: Elevations;
  readonly rateLimiter: RateLimiter;
}

const tags = ["Privacy"];
const security = [{ player: [] }];
const AUTH_CODES = ["auth.missing", "auth.invalid", "auth.expired", "auth.forbidden", "service.unavailable"] as const;

/** What players may do with all that is kept of them. */
export function privacyRoutes({ privacy, elevations, rateLimiter }: PrivacyRoutesDeps): OpenAPIHono<AppEnv> {
  const elevated = requireElevation(elevations);
  const exportAll = createRoute({
    method: "post",
    path: "/v1/player/me/export",
    tags,
    security,
    summary: "Everything that is kept of me",
    description: "A zip archive: one file of JSON for each part of the platform, and a manifest that names them.",
    middleware: [requirePlayer(), rateLimiter.policy("player_export"), elevated],
    responses: {
      ...problemResponses([...AUTH_CODES, "auth.elevation_required"]),
      200: {
        description: "The archive.",
        content: { "application/zip": { schema: z.string().meta({ format: "binary" }) } },
      },
    },
  });
  const remove = createRoute({
    method: "delete",
    path: "/v1/player/me",
    tags,
    security,
    summary: "Delete me",
    description:
      "Schedules the deletion of the player and ends the other sessions. Until then it can be taken back, by `undelete` or by signing in; afterwards nothing is left.",
    middleware: [requirePlayer(), rateLimiter.policy("player_deletion"), elevated],
    responses: {
      ...problemResponses([...AUTH_CODES, "auth.elevation_required"]),
      202: { description: "Scheduled.", content: { "application/json": { schema: ScheduledDeletion } } },
    },
  });
  const undelete = createRoute({
    method: "post",
    path: "/v1/player/me/undelete",
    tags,
    security,
    summary: "Do not delete me",
    description: "Takes a scheduled deletion back. Without one it is no error.",
    middleware: [requirePlayer(), rateLimiter.policy("player_deletion")],
    responses: { ...problemResponses(AUTH_CODES), 204: { description: "The player stays." } },
  });
  return new OpenAPIHono<AppEnv>()
    .openapi(exportAll, async (c) => {
      const playerId = c.get("playerId");
      const archive = await privacy.export(c.get("environmentId"), playerId, c.get("actor"));
      return c.body(archive, 200, {
        "Content-Type": "application/zip",
        "Content-Disposition": `attachment; filename="player-${playerId}.zip"`,
      });
    })
    .openapi(remove, async (c) => {
      const [environmentId, playerId] = [c.get("environmentId"), c.get("playerId")];
      const scheduled = await privacy.requestDeletion(environmentId, playerId, c.get("actor"), c.get("sessionId"));
      return c.json(scheduled, 202);
    })
    .openapi(undelete, async (c) => {
      await privacy.undoDeletion(c.get("environmentId"), c.get("playerId"), c.get("actor"));
      return c.body(null, 204);
    });
}
