// `GET /.well-known/jwks.json`: the public keys, for game servers and anybody else who verifies our tokens.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { ENVIRONMENT_HEADER } from "../../shared/schema/platform/index.ts";
import type { AppEnv } from "../http/env.ts";
import { responses } from "../http/responses.ts";
import type { TokenService } from "./service.ts";

/** How long others may keep the keys, in seconds. */
const CACHE_SECONDS = 300;

const JsonWebKeySet = z
  .object({ keys: z.array(z.looseObject({ kid: z.string(), kty: z.string(), alg: z.string() })) })
  .meta({ id: "JsonWebKeySet" });

/** The JSON Web Key Set (RFC 7517). */
export function tokenRoutes(tokens: TokenService): OpenAPIHono<AppEnv> {
  const jwks = createRoute({
    method: "get",
    path: "/.well-known/jwks.json",
    tags: ["Accounts"],
    summary: "Public keys",
    description: "The keys that verify access tokens and join tickets of one environment.",
    responses: responses("The key set.", JsonWebKeySet, ["service.unavailable"]),
  });
  return new OpenAPIHono<AppEnv>().openapi(jwks, async (c) => {
    const { keys } = await tokens.jwks(c.get("environmentId"));
    c.header("Vary", ENVIRONMENT_HEADER, { append: true });
    c.header("Cache-Control", `public, max-age=${CACHE_SECONDS}`);
    return c.json({ keys: keys as { kid: string; kty: string; alg: string }[] }, 200);
  });
}
