// `GET /.well-known/jwks.json`, for game servers and anybody else who verifies our tokens; and `/v1/signing-keys`, for operators.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import {
  ENVIRONMENT_HEADER,
  RotateSigningKeyRequest,
  SigningKeyInfo,
  SigningKeyList,
} from "../../shared/schema/platform/index.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Executor } from "../db/database.ts";
import { requireOperator } from "../environments/guards.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import { BODY_CODES, CREDENTIAL_CODES, jsonRequest, responses } from "../http/responses.ts";
import type { TokenService } from "./service.ts";
import { JWKS_CACHE_SECONDS, type SigningKeys } from "./signing-keys.ts";

const JsonWebKeySet = z
  .object({ keys: z.array(z.looseObject({ kid: z.string(), kty: z.string(), alg: z.string() })) })
  .meta({ id: "JsonWebKeySet" });

/** What the routes of signing keys need. */
export interface TokenRoutesDeps {
  readonly tokens: TokenService;
  readonly signingKeys: SigningKeys;
  readonly audit: AuditLog;
}

/** The JSON Web Key Set (RFC 7517) of an environment, and its rotation. */
export function tokenRoutes({ tokens, signingKeys, audit }: TokenRoutesDeps): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>()
    .openapi(jwksRoute, async (c) => {
      const { keys } = await tokens.jwks(c.get("environmentId"));
      c.header("Vary", ENVIRONMENT_HEADER, { append: true });
      c.header("Cache-Control", `public, max-age=${JWKS_CACHE_SECONDS}`);
      return c.json({ keys: keys as { kid: string; kty: string; alg: string }[] }, 200);
    })
    .openapi(listRoute, async (c) => {
      const keys = await signingKeys.list(c.get("environmentId"));
      return c.json({ signingKeys: keys.map((key) => ({ ...key, activatesAt: key.activatesAt.toISOString() })) }, 200);
    })
    .openapi(rotateRoute, async (c) => {
      const environmentId = c.get("environmentId");
      const { isCompromised } = c.req.valid("json");
      const entry = { environmentId, actor: c.get("actor") };
      const noted = (action: string) => (kid: string, tx: Executor) =>
        audit.record({ ...entry, action, subject: `signing_key/${kid}` }, tx);
      const kid = isCompromised
        ? await signingKeys.replaceAll(environmentId, noted("signing_key.replaced"))
        : await signingKeys.rotate(environmentId, noted("signing_key.rotated"));
      const made = (await signingKeys.list(environmentId)).find((key) => key.kid === kid);
      if (made === undefined) throw new Error("A signing key is gone that was just made.");
      return c.json({ ...made, activatesAt: made.activatesAt.toISOString() }, 200);
    });
}

const jwksRoute = createRoute({
  method: "get",
  path: "/.well-known/jwks.json",
  tags: ["Accounts"],
  summary: "Public keys",
  description: "The keys that verify access tokens and join tickets of one environment.",
  responses: responses("The key set.", JsonWebKeySet, ["service.unavailable"]),
});

const listRoute = createRoute({
  method: "get",
  path: "/v1/signing-keys",
  tags: ["Keys"],
  security: [{ operator: [] }],
  summary: "List signing keys",
  middleware: [requireOperator("keys:read")],
  responses: responses("The keys that sign or verify.", SigningKeyList, CREDENTIAL_CODES),
});

const rotateRoute = createRoute({
  method: "post",
  path: "/v1/signing-keys/rotate",
  tags: ["Keys"],
  security: [{ operator: [] }],
  summary: "Rotate the signing key",
  description:
    "The new key is published now and signs from `activatesAt` on; the old one verifies until no token of it lives.",
  middleware: [requireOperator("keys:write"), jsonBody()],
  request: { body: jsonRequest(RotateSigningKeyRequest) },
  responses: responses("The new key.", SigningKeyInfo, [...CREDENTIAL_CODES, ...BODY_CODES, "key.rotating"]),
});
