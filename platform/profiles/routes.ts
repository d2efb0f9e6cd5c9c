// `GET /v1/player/{playerId}/profile`, `GET` and `PATCH /v1/player/me/profile`, `GET` and `PUT /v1/profile-settings`.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { MyProfile, ProfileChange, ProfileSettings, PublicProfile } from "../../shared/schema/platform/index.ts";
import { requireOperator, requirePlayer } from "../environments/guards.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import type { RateLimiter } from "../http/rate-limit.ts";
import { BODY_CODES, jsonRequest, responses } from "../http/responses.ts";
import type { ProfileService } from "./service.ts";

/** What the routes of profiles need. */
export interface ProfileRoutesDeps {
  readonly profiles: ProfileService;
  readonly rateLimiter: RateLimiter;
}

const tags = ["Profiles"];
const AUTH_CODES = ["auth.missing", "auth.invalid", "auth.expired", "auth.forbidden", "service.unavailable"] as const;
const mine = createRoute({
  method: "get",
  path: "/v1/player/me/profile",
  tags,
  security: [{ player: [] }],
  summary: "My profile",
  middleware: [requirePlayer()],
  responses: responses("All of it.", MyProfile, AUTH_CODES),
});

const others = createRoute({
  method: "get",
  path: "/v1/player/{playerId}/profile",
  tags,
  security: [{ player: [] }],
  summary: "A player's profile",
  description: "What a player shows to others. A player who is about to be deleted is not found.",
  middleware: [requirePlayer()],
  request: { params: z.strictObject({ playerId: z.uuid() }) },
  responses: responses("What others see.", PublicProfile, [...AUTH_CODES, "request.invalid", "player.not_found"]),
});

const readSettings = createRoute({
  method: "get",
  path: "/v1/profile-settings",
  tags,
  security: [{ operator: [] }],
  summary: "What the environment declares of profiles",
  middleware: [requireOperator("environments:read")],
  responses: responses("The declaration.", ProfileSettings, AUTH_CODES),
});

const writeSettings = createRoute({
  method: "put",
  path: "/v1/profile-settings",
  tags,
  security: [{ operator: [] }],
  summary: "Declare custom fields and forbidden names",
  description: "Takes the place of the older declaration. Values that are no longer as declared are not shown.",
  middleware: [requireOperator("environments:write"), jsonBody()],
  request: { body: jsonRequest(ProfileSettings) },
  responses: responses("The declaration.", ProfileSettings, [...AUTH_CODES, ...BODY_CODES]),
});

/** Profiles, for players; what they are made of, for operators. */
export function profileRoutes({ profiles, rateLimiter }: ProfileRoutesDeps): OpenAPIHono<AppEnv> {
  const change = createRoute({
    method: "patch",
    path: "/v1/player/me/profile",
    tags,
    security: [{ player: [] }],
    summary: "Change my profile",
    description:
      "Changes what is named; null removes. `version` is the one you read: when somebody changed the profile meanwhile, nothing is done.",
    middleware: [requirePlayer(), rateLimiter.policy("profile_change"), jsonBody()],
    request: { body: jsonRequest(ProfileChange) },
    responses: responses("The profile as it is now.", MyProfile, [
      ...AUTH_CODES,
      ...BODY_CODES,
      "profile.version_conflict",
      "profile.name_refused",
      "profile.name_changed_too_often",
      "profile.too_large",
    ]),
  });
  return new OpenAPIHono<AppEnv>()
    .openapi(mine, async (c) => c.json(await profiles.myProfile(c.get("environmentId"), c.get("playerId")), 200))
    .openapi(change, async (c) => {
      const profile = await profiles.change(c.get("environmentId"), c.get("playerId"), c.req.valid("json"));
      return c.json(profile, 200);
    })
    .openapi(others, async (c) => {
      return c.json(await profiles.publicProfile(c.get("environmentId"), c.req.valid("param").playerId), 200);
    })
    .openapi(readSettings, async (c) => c.json(await profiles.settings(c.get("environmentId")), 200))
    .openapi(writeSettings, async (c) => {
      const settings = await profiles.putSettings(c.get("environmentId"), c.req.valid("json"), c.get("actor"));
      return c.json(settings, 200);
    });
}
