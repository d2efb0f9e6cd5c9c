// `GET /v1/player/{playerId}/profile`: what players may know of each other.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { PublicProfile } from "../../shared/schema/platform/index.ts";
import { requirePlayer } from "../environments/guards.ts";
import type { AppEnv } from "../http/env.ts";
import { responses } from "../http/responses.ts";
import type { AccountService } from "./service.ts";

/** Public profiles, for signed-in players of the same environment. */
export function profileRoutes(accounts: AccountService): OpenAPIHono<AppEnv> {
  const profile = createRoute({
    method: "get",
    path: "/v1/player/{playerId}/profile",
    tags: ["Accounts"],
    security: [{ player: [] }],
    summary: "A player's public profile",
    description: "Of a player who was merged into another one, the other's.",
    middleware: [requirePlayer()],
    request: { params: z.object({ playerId: z.uuid() }) },
    responses: responses("The profile.", PublicProfile, [
      "auth.missing",
      "auth.invalid",
      "auth.expired",
      "request.invalid",
      "player.not_found",
      "service.unavailable",
    ]),
  });
  return new OpenAPIHono<AppEnv>().openapi(profile, async (c) => {
    const { id, displayName, createdAt } = await accounts.profile(
      c.get("environmentId"),
      c.req.valid("param").playerId,
    );
    return c.json({ playerId: id, displayName, createdAt: createdAt.toISOString() }, 200);
  });
}
