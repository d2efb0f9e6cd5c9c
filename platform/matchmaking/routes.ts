// `POST /v1/matchmaking/join`, `GET` and `DELETE /v1/matchmaking/status`.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { JoinMatchmakingRequest, MatchmakingStatus } from "../../shared/schema/platform/index.ts";
import { requirePlayer } from "../environments/guards.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import type { RateLimiter } from "../http/rate-limit.ts";
import { jsonRequest, problemResponses, responses } from "../http/responses.ts";
import type { MatchmakingService, Ticket } from "./service.ts";

/** What the routes of matchmaking need. */
export interface MatchmakingRoutesDeps {
  readonly matchmaking: MatchmakingService;
  readonly rateLimiter: RateLimiter;
}

const tags = ["Matchmaking"];
const security = [{ player: [] }];
const query = z.strictObject({ ticketId: z.uuid().meta({ description: "The id that joining gave." }) });
const AUTH_CODES = [
  "auth.missing",
  "auth.invalid",
  "auth.expired",
  "auth.session_ended",
  "auth.forbidden",
  "service.unavailable",
] as const;

/** Quick play, for signed-in players. */
export function matchmakingRoutes(deps: MatchmakingRoutesDeps): OpenAPIHono<AppEnv> {
  const { matchmaking, rateLimiter } = deps;
  const player = requirePlayer();
  const join = createRoute({
    method: "post",
    path: "/v1/matchmaking/join",
    tags,
    security,
    summary: "Join the queue",
    description: "Opens a ticket, in place of an older one, and matches it at once when a game server has a seat.",
    middleware: [player, rateLimiter.policy("matchmaking_join"), jsonBody()],
    request: { body: jsonRequest(JoinMatchmakingRequest) },
    responses: responses("The ticket.", MatchmakingStatus, [
      ...AUTH_CODES,
      "request.malformed",
      "request.too_large",
      "request.unsupported_media_type",
      "request.invalid",
      "request.rate_limited",
      "matchmaking.unknown_mode",
    ]),
  });
  const status = createRoute({
    method: "get",
    path: "/v1/matchmaking/status",
    tags,
    security,
    summary: "Ask for the ticket",
    description:
      "A queued ticket tries for a seat again. A matched one gives the same assignment until its seat is given up.",
    middleware: [player],
    request: { query },
    responses: responses("The ticket.", MatchmakingStatus, [
      ...AUTH_CODES,
      "request.invalid",
      "matchmaking.ticket_not_found",
    ]),
  });
  const cancel = createRoute({
    method: "delete",
    path: "/v1/matchmaking/status",
    tags,
    security,
    summary: "Leave the queue",
    middleware: [player],
    request: { query },
    responses: {
      ...problemResponses([...AUTH_CODES, "request.invalid", "matchmaking.ticket_not_found"]),
      204: { description: "Cancelled." },
    },
  });
  return new OpenAPIHono<AppEnv>()
    .openapi(join, async (c) => {
      const ticket = await matchmaking.join(
        c.get("environmentId"),
        c.get("playerId"),
        c.get("sessionId"),
        c.req.valid("json").mode,
      );
      return c.json(toStatus(ticket, c.req.url), 200);
    })
    .openapi(status, async (c) => {
      const ticket = await matchmaking.status(
        c.get("environmentId"),
        c.get("playerId"),
        c.get("sessionId"),
        c.req.valid("query").ticketId,
      );
      return c.json(toStatus(ticket, c.req.url), 200);
    })
    .openapi(cancel, async (c) => {
      await matchmaking.cancel(c.get("environmentId"), c.get("playerId"), c.req.valid("query").ticketId);
      return c.body(null, 204);
    });
}

/** What the player sees of a ticket. Whoever looks for a seat meanwhile is none of their business: that is `queued`. */
function toStatus({ ticketId, state }: Ticket, requestUrl: string): MatchmakingStatus {
  if (state.tag !== "matched") return { ticketId, status: "queued" };
  const endpoint = endpointFor(state.endpoint, requestUrl);
  return { ticketId, status: "matched", assignment: { endpoint, roomId: state.roomId, ticket: state.joinTicket } };
}

/**
 * The endpoint as this client can reach it: `localhost` means the machine of the game server, which is this one, so it
 * becomes the host name by which the client reached us. So a phone can play on a computer in the same network.
 */
export function endpointFor(endpoint: string, requestUrl: string): string {
  if (!URL.canParse(endpoint)) return endpoint;
  const url = new URL(endpoint);
  if (url.hostname !== "localhost") return endpoint;
  url.hostname = new URL(requestUrl).hostname;
  const text = url.toString();
  return endpoint.endsWith("/") ? text : text.replace(/\/$/, "");
}
