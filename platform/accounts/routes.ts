// `POST /v1/auth/guest`.
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { type EnvironmentId, GuestSignInRequest, SignInResponse } from "../../shared/schema/platform/index.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import type { RateLimiter } from "../http/rate-limit.ts";
import { jsonRequest, responses } from "../http/responses.ts";
import type { TokenService } from "../tokens/service.ts";
import type { AccountService } from "./service.ts";
import { uuidV7 } from "./uuid-v7.ts";

/** What the routes of accounts need. */
export interface AccountRoutesDeps {
  readonly accounts: AccountService;
  readonly tokens: TokenService;
  readonly rateLimiter: RateLimiter;
  /** Hears of every player who has signed in, before they are answered. */
  readonly onSignedIn: (environmentId: EnvironmentId, playerId: string) => Promise<void>;
}

/** Sign-in: open to everybody, limited by address. */
export function accountRoutes(deps: AccountRoutesDeps): OpenAPIHono<AppEnv> {
  const { accounts, tokens, rateLimiter, onSignedIn } = deps;
  const guest = createRoute({
    method: "post",
    path: "/v1/auth/guest",
    tags: ["Accounts"],
    summary: "Sign in as a guest",
    description:
      "Signs in the player of a device, making the player at the first time. The same device id gives the same player.",
    middleware: [rateLimiter.policy("guest_sign_in"), jsonBody()],
    request: { body: jsonRequest(GuestSignInRequest) },
    responses: responses("Signed in.", SignInResponse, [
      "request.malformed",
      "request.too_large",
      "request.unsupported_media_type",
      "request.invalid",
      "request.rate_limited",
      "service.unavailable",
    ]),
  });
  return new OpenAPIHono<AppEnv>().openapi(guest, async (c) => {
    const environmentId = c.get("environmentId");
    const { id } = await accounts.signInGuest(environmentId, c.req.valid("json").deviceId);
    await onSignedIn(environmentId, id);
    const { accessToken, expiresIn } = await tokens.signAccessToken(environmentId, id, uuidV7());
    return c.json({ playerId: id, accessToken, expiresIn }, 200);
  });
}
