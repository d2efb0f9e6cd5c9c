// `GET` and `PUT /v1/factor-policy`: what an environment asks of sign-ins, for operators.
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { FactorPolicy } from "../../shared/schema/platform/index.ts";
import { requireOperator } from "../environments/guards.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import { jsonRequest, responses } from "../http/responses.ts";
import type { PolicyService } from "./policy-service.ts";

const tags = ["Operators"];
const security = [{ operator: [] }];
const AUTH = ["auth.missing", "auth.invalid", "auth.expired"] as const;

/** Reads and sets the policy of the request's environment. */
export function factorPolicyRoutes(policies: PolicyService): OpenAPIHono<AppEnv> {
  const read = createRoute({
    method: "get",
    path: "/v1/factor-policy",
    tags,
    security,
    summary: "What sign-ins are asked for",
    description: "Which odd sign-ins are challenged, whether a second factor is asked for, and whom passkeys are for.",
    middleware: [requireOperator("environments:read")],
    responses: responses("The policy.", FactorPolicy, AUTH),
  });
  const write = createRoute({
    method: "put",
    path: "/v1/factor-policy",
    tags,
    security,
    summary: "Set what sign-ins are asked for",
    description: "Holds for the next sign-in. Changing rpId makes the passkeys of this environment worthless.",
    middleware: [requireOperator("environments:write"), jsonBody()],
    request: { body: jsonRequest(FactorPolicy) },
    responses: responses("The policy.", FactorPolicy, [
      ...AUTH,
      "request.malformed",
      "request.too_large",
      "request.unsupported_media_type",
      "request.invalid",
    ]),
  });
  return new OpenAPIHono<AppEnv>()
    .openapi(read, async (c) => c.json(await policies.read(c.get("environmentId")), 200))
    .openapi(write, async (c) => {
      const policy = c.req.valid("json");
      await policies.write(c.get("environmentId"), c.get("actor"), policy);
      return c.json(policy, 200);
    });
}
