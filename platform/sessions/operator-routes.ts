// `/v1/players/{playerId}/sessions`: for operators.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { OperatorSessionList } from "../../shared/schema/platform/index.ts";
import { requireOperator } from "../environments/guards.ts";
import type { AppEnv } from "../http/env.ts";
import { problemResponses, responses } from "../http/responses.ts";
import type { SessionService } from "./service.ts";
import { toSessionView } from "./session-view.ts";

const tags = ["Sessions"];
const security = [{ operator: [] }];
const CODES = ["auth.missing", "auth.invalid", "auth.expired", "auth.forbidden", "request.invalid"] as const;
const params = z.strictObject({ playerId: z.uuid() });

/** Any player's sessions. */
export function operatorSessionRoutes(sessions: SessionService): OpenAPIHono<AppEnv> {
  const list = createRoute({
    method: "get",
    path: "/v1/players/{playerId}/sessions",
    tags,
    security,
    summary: "List a player's sessions",
    description: "Those that live, the last used first; none for a player who does not exist.",
    middleware: [requireOperator("players:read")],
    request: { params },
    responses: responses("The sessions.", OperatorSessionList, CODES),
  });
  const end = createRoute({
    method: "delete",
    path: "/v1/players/{playerId}/sessions",
    tags,
    security,
    summary: "End a player's sessions",
    description: "All of them. The player may sign in again.",
    middleware: [requireOperator("players:write")],
    request: { params },
    responses: { ...problemResponses(CODES), 204: { description: "Ended." } },
  });
  return new OpenAPIHono<AppEnv>()
    .openapi(list, async (c) => {
      const found = await sessions.list(c.get("environmentId"), c.req.valid("param").playerId);
      return c.json({ sessions: found.map(toSessionView) }, 200);
    })
    .openapi(end, async (c) => {
      const { playerId } = c.req.valid("param");
      await sessions.endAll(c.get("environmentId"), playerId, "ended", { actor: c.get("actor") });
      return c.body(null, 204);
    });
}
