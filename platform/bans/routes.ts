// `/v1/bans`: for operators.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { BANS_PAGE_MAX, Ban, BanChange, BanPage, BanRequest } from "../../shared/schema/platform/index.ts";
import { requireOperator } from "../environments/guards.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import { BODY_CODES, CREDENTIAL_CODES, jsonRequest, problemResponses, responses } from "../http/responses.ts";
import type { BanDesk } from "./ban-desk.ts";
import type { BanService, StoredBan } from "./service.ts";

/** What the routes of bans need. */
export interface BanRoutesDeps {
  readonly bans: BanService;
  readonly desk: BanDesk;
}

const tags = ["Bans"];
const security = [{ operator: [] }];
const banParams = z.strictObject({ banId: z.uuid() });
const DEFAULT_PAGE = 20;
const pageQuery = z.strictObject({
  playerId: z.uuid().optional(),
  active: z.enum(["true", "false"]).default("false").meta({ description: "`true`: only those in force now." }),
  after: z.uuid().optional().meta({ description: "`next` of the page before." }),
  limit: z.coerce.number().int().min(1).max(BANS_PAGE_MAX).default(DEFAULT_PAGE),
});

/** Listing, placing, changing and lifting bans. */
export function banRoutes(deps: BanRoutesDeps): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>().route("/", readRoutes(deps)).route("/", writeRoutes(deps));
}

function readRoutes({ bans }: BanRoutesDeps): OpenAPIHono<AppEnv> {
  const guard = requireOperator("bans:read");
  const list = createRoute({
    method: "get",
    path: "/v1/bans",
    tags,
    security,
    summary: "List bans",
    description: "The newest first, lifted and expired ones among them unless `active` is true.",
    middleware: [guard],
    request: { query: pageQuery },
    responses: responses("The bans.", BanPage, [...CREDENTIAL_CODES, "request.invalid"]),
  });
  const get = createRoute({
    method: "get",
    path: "/v1/bans/{banId}",
    tags,
    security,
    summary: "Read a ban",
    middleware: [guard],
    request: { params: banParams },
    responses: responses("The ban.", Ban, [...CREDENTIAL_CODES, "request.invalid", "ban.not_found"]),
  });
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const { playerId, active, after, limit } = c.req.valid("query");
      const filter = { playerId, isActiveOnly: active === "true", beforeId: after, limit: limit + 1 };
      const found = await bans.list(c.get("environmentId"), filter);
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      const shown = page.map((each) => toBan(each, bans.isActive(each)));
      return c.json({ bans: shown, ...(last === undefined ? {} : { next: last.id }) }, 200);
    })
    .openapi(get, async (c) => {
      const found = await bans.find(c.get("environmentId"), c.req.valid("param").banId);
      return c.json(toBan(found, bans.isActive(found)), 200);
    });
}

function writeRoutes({ bans, desk }: BanRoutesDeps): OpenAPIHono<AppEnv> {
  const guard = requireOperator("bans:write");
  const place = createRoute({
    method: "post",
    path: "/v1/bans",
    tags,
    security,
    summary: "Ban an account, a device or a range of addresses",
    description:
      "From now on they cannot sign in. Their sessions end, and their connections and seats in rooms are closed, within " +
      "two seconds.",
    middleware: [guard, jsonBody()],
    request: { body: jsonRequest(BanRequest) },
    responses: responses("The ban.", Ban, [
      ...CREDENTIAL_CODES,
      ...BODY_CODES,
      "player.not_found",
      "session.not_found",
    ]),
  });
  const change = createRoute({
    method: "patch",
    path: "/v1/bans/{banId}",
    tags,
    security,
    summary: "Change a ban",
    description: "Reason, end or appeal note. What is left out stays; null takes it away.",
    middleware: [guard, jsonBody()],
    request: { params: banParams, body: jsonRequest(BanChange) },
    responses: responses("The ban.", Ban, [...CREDENTIAL_CODES, ...BODY_CODES, "ban.not_found"]),
  });
  const lift = createRoute({
    method: "delete",
    path: "/v1/bans/{banId}",
    tags,
    security,
    summary: "Lift a ban",
    description: "It keeps nobody out from now on, and stays in the list.",
    middleware: [guard],
    request: { params: banParams },
    responses: {
      ...problemResponses([...CREDENTIAL_CODES, "request.invalid", "ban.not_found"]),
      204: { description: "Lifted." },
    },
  });
  return new OpenAPIHono<AppEnv>()
    .openapi(place, async (c) => {
      const placed = await desk.place(c.get("environmentId"), c.req.valid("json"), c.get("actor"));
      return c.json(toBan(placed, bans.isActive(placed)), 200);
    })
    .openapi(change, async (c) => {
      const { banId } = c.req.valid("param");
      const changed = await desk.change(c.get("environmentId"), banId, c.req.valid("json"), c.get("actor"));
      return c.json(toBan(changed, bans.isActive(changed)), 200);
    })
    .openapi(lift, async (c) => {
      await desk.lift(c.get("environmentId"), c.req.valid("param").banId, c.get("actor"));
      return c.body(null, 204);
    });
}

/** The hash of a banned device stays inside: it helps nobody who reads it. */
function toBan(stored: StoredBan, isActive: boolean): Ban {
  const { id, kind, playerId, addressRange, reason, appealNote, createdAt, createdBy, ...ends } = stored;
  const { expiresAt, liftedAt, liftedBy } = ends;
  return {
    banId: id,
    kind,
    ...(playerId === null ? {} : { playerId }),
    ...(addressRange === null ? {} : { range: addressRange }),
    reason,
    ...(appealNote === null ? {} : { appealNote }),
    createdAt: createdAt.toISOString(),
    createdBy,
    ...(expiresAt === null ? {} : { expiresAt: expiresAt.toISOString() }),
    ...(liftedAt === null ? {} : { liftedAt: liftedAt.toISOString() }),
    ...(liftedBy === null ? {} : { liftedBy }),
    isActive,
  };
}
