// `/v1/api-keys`: for operators, the keys of an environment.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import {
  ApiKeyList,
  ApiKeySecret,
  CreateApiKeyRequest,
  RotateApiKeyRequest,
} from "../../shared/schema/platform/index.ts";
import { operatorOf, requireOperator } from "../environments/guards.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import { BODY_CODES, CREDENTIAL_CODES, jsonRequest, problemResponses, responses } from "../http/responses.ts";
import type { ApiKeyService, KeyMaker } from "./service.ts";

const tags = ["Keys"];
const security = [{ operator: [] }];
const params = z.strictObject({ keyId: z.uuid() });

/** Listing, making, rotating and revoking keys. */
export function apiKeyRoutes(apiKeys: ApiKeyService): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>()
    .openapi(listRoute, async (c) => c.json({ apiKeys: await apiKeys.list(c.get("environmentId")) }, 200))
    .openapi(createKeyRoute, async (c) => {
      const made = await apiKeys.create(c.get("environmentId"), c.req.valid("json"), makerOf(c));
      return c.json(made, 201);
    })
    .openapi(rotateRoute, async (c) => {
      const { overlapSeconds } = c.req.valid("json");
      const { keyId } = c.req.valid("param");
      return c.json(await apiKeys.rotate(c.get("environmentId"), keyId, overlapSeconds, makerOf(c)), 200);
    })
    .openapi(revokeRoute, async (c) => {
      await apiKeys.revoke(c.get("environmentId"), c.req.valid("param").keyId, makerOf(c));
      return c.body(null, 204);
    });
}

const listRoute = createRoute({
  method: "get",
  path: "/v1/api-keys",
  tags,
  security,
  summary: "List keys",
  description: "The keys of the environment that were not revoked. Secrets are never shown.",
  middleware: [requireOperator("keys:read")],
  responses: responses("The keys.", ApiKeyList, CREDENTIAL_CODES),
});

const createKeyRoute = createRoute({
  method: "post",
  path: "/v1/api-keys",
  tags,
  security,
  summary: "Make a key",
  description: "The secret is in this answer and nowhere else. A key can do no more than the one that makes it.",
  middleware: [requireOperator("keys:write"), jsonBody()],
  request: { body: jsonRequest(CreateApiKeyRequest) },
  responses: {
    ...problemResponses([...CREDENTIAL_CODES, ...BODY_CODES, "key.too_many"]),
    201: { description: "The key and its secret.", content: { "application/json": { schema: ApiKeySecret } } },
  },
});

const rotateRoute = createRoute({
  method: "post",
  path: "/v1/api-keys/{keyId}/rotate",
  tags,
  security,
  summary: "Rotate a key",
  description: "Gives the key a new secret. The old one goes on for a while, so that nobody is cut off meanwhile.",
  middleware: [requireOperator("keys:write"), jsonBody()],
  request: { params, body: jsonRequest(RotateApiKeyRequest) },
  responses: responses("The key and its new secret.", ApiKeySecret, [
    ...CREDENTIAL_CODES,
    ...BODY_CODES,
    "key.not_found",
    "key.rotating",
  ]),
});

const revokeRoute = createRoute({
  method: "delete",
  path: "/v1/api-keys/{keyId}",
  tags,
  security,
  summary: "Revoke a key",
  description: "Ends the key and all its secrets at once.",
  middleware: [requireOperator("keys:write")],
  request: { params },
  responses: {
    ...problemResponses([...CREDENTIAL_CODES, "request.invalid", "key.not_found"]),
    204: { description: "Revoked." },
  },
});

function makerOf(c: Context<AppEnv>): KeyMaker {
  return { power: operatorOf(c), actor: c.get("actor") };
}
