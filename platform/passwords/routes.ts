// `POST /v1/auth/password/sign-up` and `PUT /v1/player/me/password`.
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { ChangePasswordRequest, PasswordSignUpRequest, SignInResponse } from "../../shared/schema/platform/index.ts";
import { originOf } from "../accounts/request-origin.ts";
import { type Elevations, requireElevation, requirePlayer } from "../environments/guards.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import type { RateLimiter } from "../http/rate-limit.ts";
import { BODY_CODES, jsonRequest, problemResponses, responses } from "../http/responses.ts";
import type { PasswordService } from "./service.ts";
import type { PasswordSignUp } from "./sign-up.ts";

/** What the routes of passwords need. */
export interface PasswordRoutesDeps {
  readonly passwords: PasswordService;
  readonly signUp: PasswordSignUp;
  readonly elevations: Elevations;
  readonly rateLimiter: RateLimiter;
}

const tags = ["Accounts"];
/** Signing up with a password, and changing it. */
export function passwordRoutes(deps: PasswordRoutesDeps): OpenAPIHono<AppEnv> {
  const { passwords, signUp, elevations, rateLimiter } = deps;
  const perAddress = rateLimiter.policy("password");
  const signUpRoute = createRoute({
    method: "post",
    path: "/v1/auth/password/sign-up",
    tags,
    summary: "Sign up with an address and a password",
    description:
      "Makes a player. `codeId` and `code` prove the address; `POST /v1/auth/email/start` sends them. A player who is signed in, a guest for example, links the address instead, and stays the same player.",
    middleware: [perAddress, jsonBody()],
    request: { body: jsonRequest(PasswordSignUpRequest) },
    responses: responses("Signed up, and signed in.", SignInResponse, [
      ...BODY_CODES,
      "auth.unknown_provider",
      "auth.step_up_required",
      "identity.taken",
      "password.weak",
      "password.breached",
    ]),
  });
  const change = createRoute({
    method: "put",
    path: "/v1/player/me/password",
    tags,
    security: [{ player: [] }],
    summary: "Change the password",
    description:
      "Needs the current one, and an elevated session of a player with a second factor. Ends every other session of the player.",
    middleware: [requirePlayer(), perAddress, requireElevation(elevations, "second-factor"), jsonBody()],
    request: { body: jsonRequest(ChangePasswordRequest) },
    responses: {
      ...problemResponses([
        ...BODY_CODES,
        "auth.missing",
        "auth.invalid",
        "auth.expired",
        "auth.wrong_credentials",
        "auth.elevation_required",
        "password.weak",
        "password.breached",
      ]),
      204: { description: "Changed." },
    },
  });
  return new OpenAPIHono<AppEnv>()
    .openapi(signUpRoute, async (c) =>
      c.json(await signUp.signUp(c.get("environmentId"), c.req.valid("json"), originOf(c)), 200),
    )
    .openapi(change, async (c) => {
      const from = { sessionId: c.get("sessionId"), address: originOf(c).address };
      await passwords.change(c.get("environmentId"), c.get("playerId"), c.req.valid("json"), from);
      return c.body(null, 204);
    });
}
