// `GET /v1/auth/providers` for everybody; `GET` and `PUT /v1/providers` for operators.
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { OfferedProviders, ProvidersSettings } from "../../shared/schema/platform/index.ts";
import { requireOperator } from "../environments/guards.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import { jsonRequest, responses } from "../http/responses.ts";
import type { ProviderSettingsService } from "./provider-settings.ts";

/** Which ways in an environment has. */
export function providerRoutes(settings: ProviderSettingsService): OpenAPIHono<AppEnv> {
  const offered = createRoute({
    method: "get",
    path: "/v1/auth/providers",
    tags: ["Accounts"],
    summary: "List the ways to sign in",
    description: "The providers of the environment, with what a client has to name to them. Holds no secrets.",
    responses: responses("The ways in, by their names.", OfferedProviders, []),
  });
  const read = createRoute({
    method: "get",
    path: "/v1/providers",
    tags: ["Environments"],
    summary: "Read how players sign in",
    description: "The environment's document of providers. Secrets are not shown.",
    security: [{ operator: [] }],
    middleware: [requireOperator("environments:read")],
    responses: responses("The document.", ProvidersSettings, ["auth.missing", "auth.invalid", "auth.expired"]),
  });
  const replace = createRoute({
    method: "put",
    path: "/v1/providers",
    tags: ["Environments"],
    summary: "Replace how players sign in",
    description:
      'Replaces the whole document. "(secret)" in the place of a secret keeps the stored one. Other platform processes follow within seconds.',
    security: [{ operator: [] }],
    middleware: [requireOperator("environments:write"), jsonBody()],
    request: { body: jsonRequest(ProvidersSettings) },
    responses: responses("The document as it is stored.", ProvidersSettings, [
      "auth.missing",
      "auth.invalid",
      "auth.expired",
      "request.malformed",
      "request.too_large",
      "request.unsupported_media_type",
      "request.invalid",
    ]),
  });
  return new OpenAPIHono<AppEnv>()
    .openapi(offered, async (c) => c.json(await settings.offered(c.get("environmentId")), 200))
    .openapi(read, async (c) => c.json(await settings.read(c.get("environmentId")), 200))
    .openapi(replace, async (c) => {
      const document = await settings.replace(c.get("environmentId"), c.req.valid("json"), c.get("actor"));
      return c.json(document, 200);
    });
}
