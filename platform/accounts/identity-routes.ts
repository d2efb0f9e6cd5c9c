// `/v1/player/me/identities`: the signed-in player's ways in.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import {
  IdentityList,
  LinkedIdentity,
  LinkIdentityRequest,
  ResolveClashRequest,
  SignInResponse,
} from "../../shared/schema/platform/index.ts";
import { type Elevations, requireElevation, requirePlayer } from "../environments/guards.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import type { RateLimiter } from "../http/rate-limit.ts";
import { BODY_CODES, jsonRequest, problemResponses, responses } from "../http/responses.ts";
import type { StoredIdentity } from "./identity-store.ts";
import type { Registration } from "./registration.ts";
import { originOf } from "./request-origin.ts";
import { PROOF_CODES } from "./routes.ts";

/** What the routes of identities need. */
export interface IdentityRoutesDeps {
  readonly registration: Registration;
  readonly elevations: Elevations;
  readonly rateLimiter: RateLimiter;
}

const PATH = "/v1/player/me/identities";
const tags = ["Accounts"];
const security = [{ player: [] }];
const AUTH_CODES = ["auth.missing", "auth.invalid", "auth.expired", "account.merged", "service.unavailable"] as const;

/** Listing, linking and unlinking identities, and resolving clashes. */
export function identityRoutes({ registration, elevations, rateLimiter }: IdentityRoutesDeps) {
  const player = requirePlayer();
  const elevated = requireElevation(elevations);
  const limit = rateLimiter.policy("identity_change");
  const list = createRoute({
    method: "get",
    path: PATH,
    tags,
    security,
    summary: "List the ways in",
    middleware: [player],
    responses: responses("The player's identities, oldest first.", IdentityList, AUTH_CODES),
  });
  const link = createRoute({
    method: "post",
    path: PATH,
    tags,
    security,
    summary: "Link a way in",
    description:
      "Lets a proven identity lead to this player, who keeps id and progress: so a guest is registered. With `email-code`, a `password` may be set at once. An identity of another player gives the problem `identity.clash`, and nothing is changed until `…/resolve` says what is wanted.",
    middleware: [player, limit, elevated, jsonBody()],
    request: { body: jsonRequest(LinkIdentityRequest) },
    responses: responses("The identity.", LinkedIdentity, [
      ...AUTH_CODES,
      ...BODY_CODES,
      ...PROOF_CODES,
      "auth.elevation_required",
      "identity.clash",
      "identity.limit",
      "password.weak",
      "password.breached",
    ]),
  });
  const unlink = createRoute({
    method: "delete",
    path: `${PATH}/{identityId}`,
    tags,
    security,
    summary: "Unlink a way in",
    middleware: [player, limit, elevated],
    request: { params: z.object({ identityId: z.uuid() }) },
    responses: {
      ...problemResponses([
        ...AUTH_CODES,
        "request.invalid",
        "request.rate_limited",
        "auth.elevation_required",
        "identity.not_found",
        "identity.last",
      ]),
      204: { description: "Unlinked." },
    },
  });
  const resolve = createRoute({
    method: "post",
    path: `${PATH}/resolve`,
    tags,
    security,
    summary: "Resolve a clash",
    description:
      "Does what the player chose about an `identity.clash`, by its token. Answers a session of whoever the player is from then on.",
    middleware: [player, limit, elevated, jsonBody()],
    request: { body: jsonRequest(ResolveClashRequest) },
    responses: responses("Resolved, and signed in.", SignInResponse, [
      ...AUTH_CODES,
      ...BODY_CODES,
      "auth.step_up_required",
      "auth.elevation_required",
      "identity.clash_stale",
      "identity.limit",
    ]),
  });
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const { identities, hasPassword } = await registration.list(c.get("environmentId"), c.get("playerId"));
      return c.json({ identities: identities.map(shownIdentity), hasPassword }, 200);
    })
    .openapi(link, async (c) => {
      const who = { playerId: c.get("playerId"), sessionId: c.get("sessionId") };
      const identity = await registration.link(c.get("environmentId"), who, c.req.valid("json"), originOf(c));
      return c.json(shownIdentity(identity), 200);
    })
    .openapi(resolve, async (c) =>
      c.json(
        await registration.resolve(c.get("environmentId"), c.get("playerId"), c.req.valid("json"), originOf(c)),
        200,
      ),
    )
    .openapi(unlink, async (c) => {
      await registration.unlink(c.get("environmentId"), c.get("playerId"), c.req.valid("param").identityId);
      return c.body(null, 204);
    });
}

function shownIdentity({ id, provider, email, displayName, createdAt }: StoredIdentity): LinkedIdentity {
  return {
    identityId: id,
    provider,
    ...(email === null ? {} : { email }),
    ...(displayName === null ? {} : { displayName }),
    linkedAt: createdAt.toISOString(),
  };
}
