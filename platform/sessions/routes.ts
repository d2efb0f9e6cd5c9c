// `POST /v1/auth/refresh`, `POST /v1/auth/sign-out`, and a player's own sessions under `/v1/sessions`.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import {
  PlayerSessionList,
  RefreshRequest,
  SignInResponse,
  SignOutRequest,
} from "../../shared/schema/platform/index.ts";
import { requirePlayer } from "../environments/guards.ts";
import { clientAddressOf } from "../http/client-address.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import type { RateLimiter } from "../http/rate-limit.ts";
import { BODY_CODES, jsonRequest, problemResponses, responses } from "../http/responses.ts";
import type { SessionService } from "./service.ts";
import { toSessionView } from "./session-view.ts";

/** What the routes of sessions need. */
export interface SessionRoutesDeps {
  readonly sessions: SessionService;
  readonly rateLimiter: RateLimiter;
}

const tags = ["Sessions"];
const security = [{ player: [] }];
const PLAYER_CODES = ["auth.missing", "auth.invalid", "auth.expired", "auth.session_ended"] as const;
/** Keeping a session, and ending it. */
export function sessionRoutes(deps: SessionRoutesDeps): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>().route("/", tokenRoutes(deps)).route("/", listRoutes(deps.sessions));
}

/** What a refresh token is for. Open to everybody: the token is the credential. */
function tokenRoutes({ sessions, rateLimiter }: SessionRoutesDeps): OpenAPIHono<AppEnv> {
  const limit = rateLimiter.policy("refresh");
  const refresh = createRoute({
    method: "post",
    path: "/v1/auth/refresh",
    tags,
    summary: "Refresh a session",
    description:
      "Takes a refresh token, and gives the next one with a new access token. When the answer was lost, send the same " +
      "token again within a few seconds: the answer is the same. An old token that comes later ends the session, since " +
      "somebody else may have it.",
    middleware: [limit, jsonBody()],
    request: { body: jsonRequest(RefreshRequest) },
    responses: responses("Refreshed.", SignInResponse, [
      ...BODY_CODES,
      "auth.invalid",
      "auth.expired",
      "auth.session_ended",
      "account.banned",
      "request.rate_limited",
    ]),
  });
  const signOut = createRoute({
    method: "post",
    path: "/v1/auth/sign-out",
    tags,
    summary: "Sign out",
    description:
      "Ends the session of a refresh token, and with it the access tokens, connections and seats. A token that is not " +
      "known is no error.",
    middleware: [limit, jsonBody()],
    request: { body: jsonRequest(SignOutRequest) },
    responses: {
      ...problemResponses([...BODY_CODES, "request.rate_limited"]),
      204: { description: "Signed out." },
    },
  });
  return new OpenAPIHono<AppEnv>()
    .openapi(refresh, async (c) => {
      const origin = { address: clientAddressOf(c), userAgent: c.req.header("User-Agent") };
      const { refreshToken } = c.req.valid("json");
      c.header("Cache-Control", "no-store");
      return c.json(await sessions.refresh(c.get("environmentId"), refreshToken, origin), 200);
    })
    .openapi(signOut, async (c) => {
      await sessions.signOut(c.get("environmentId"), c.req.valid("json").refreshToken);
      return c.body(null, 204);
    });
}

function listRoutes(sessions: SessionService): OpenAPIHono<AppEnv> {
  const player = requirePlayer();
  const list = createRoute({
    method: "get",
    path: "/v1/sessions",
    tags,
    security,
    summary: "List your sessions",
    description: "The sessions that live, the last used first.",
    middleware: [player],
    responses: responses("The sessions.", PlayerSessionList, [...PLAYER_CODES]),
  });
  const end = createRoute({
    method: "delete",
    path: "/v1/sessions/{sessionId}",
    tags,
    security,
    summary: "End a session",
    description: "Its tokens are refused, and its connections closed, within two seconds.",
    middleware: [player],
    request: { params: z.strictObject({ sessionId: z.uuid() }) },
    responses: {
      ...problemResponses([...PLAYER_CODES, "request.invalid", "session.not_found"]),
      204: { description: "Ended." },
    },
  });
  const endAll = createRoute({
    method: "delete",
    path: "/v1/sessions",
    tags,
    security,
    summary: "End all sessions",
    middleware: [player],
    request: {
      query: z.strictObject({
        keep: z.literal("current").optional().meta({ description: "`current` keeps the one that asks." }),
      }),
    },
    responses: {
      ...problemResponses([...PLAYER_CODES, "request.invalid"]),
      204: { description: "Ended." },
    },
  });
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const current = c.get("sessionId");
      const found = await sessions.list(c.get("environmentId"), c.get("playerId"));
      return c.json(
        { sessions: found.map((each) => ({ ...toSessionView(each), isCurrent: each.id === current })) },
        200,
      );
    })
    .openapi(end, async (c) => {
      await sessions.end(c.get("environmentId"), c.get("playerId"), c.req.valid("param").sessionId);
      return c.body(null, 204);
    })
    .openapi(endAll, async (c) => {
      const isCurrentKept = c.req.valid("query").keep === "current";
      await sessions.endAll(c.get("environmentId"), c.get("playerId"), "ended", {
        actor: c.get("actor"),
        ...(isCurrentKept ? { exceptSessionId: c.get("sessionId") } : {}),
      });
      return c.body(null, 204);
    });
}
