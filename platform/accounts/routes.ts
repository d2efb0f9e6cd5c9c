// `POST /v1/auth/login` and `POST /v1/auth/guest`.
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { ErrorCode } from "../../shared/schema/errors.ts";
import { GuestSignInRequest, LoginRequest, SignInResponse } from "../../shared/schema/platform/index.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import type { RateLimiter } from "../http/rate-limit.ts";
import { BODY_CODES, jsonRequest, responses } from "../http/responses.ts";
import { originOf } from "./request-origin.ts";
import { GUEST_PROVIDER } from "./service.ts";
import type { SignInService } from "./sign-in.ts";

/** What the routes of signing in need. */
export interface AccountRoutesDeps {
  readonly signIn: SignInService;
  readonly rateLimiter: RateLimiter;
}

/** What may be wrong with a proof. */
export const PROOF_CODES = [
  "auth.unknown_provider",
  "auth.wrong_credentials",
  "proof.invalid",
  "proof.expired",
  "proof.used",
  "proof.refused",
  "provider.unavailable",
] as const satisfies readonly ErrorCode[];

/** What may stand between a good proof and a session. */
const SIGN_IN_CODES = [
  "account.banned",
  "auth.locked",
  "auth.step_up_required",
] as const satisfies readonly ErrorCode[];

/** Sign-in: open to everybody, limited by address. */
export function accountRoutes(deps: AccountRoutesDeps): OpenAPIHono<AppEnv> {
  const { signIn, rateLimiter } = deps;
  const login = createRoute({
    method: "post",
    path: "/v1/auth/login",
    tags: ["Accounts"],
    summary: "Sign in",
    description:
      "Signs in whomever the proof proves somebody to be. A new identity makes a player, except with a password. When more than the proof is asked for, the problem `auth.step_up_required` has a `challenge`.",
    middleware: [rateLimiter.policy("sign_in"), jsonBody()],
    request: { body: jsonRequest(LoginRequest) },
    responses: responses("Signed in.", SignInResponse, [...BODY_CODES, ...PROOF_CODES, ...SIGN_IN_CODES]),
  });
  const guest = createRoute({
    method: "post",
    path: "/v1/auth/guest",
    tags: ["Accounts"],
    summary: "Sign in as a guest",
    description:
      "Signs in the player of a device, making the player at the first time. The same device id gives the same player.",
    middleware: [rateLimiter.policy("guest_sign_in"), jsonBody()],
    request: { body: jsonRequest(GuestSignInRequest) },
    responses: responses("Signed in.", SignInResponse, [...BODY_CODES, ...PROOF_CODES, ...SIGN_IN_CODES]),
  });
  return new OpenAPIHono<AppEnv>()
    .openapi(login, async (c) =>
      c.json(await signIn.signIn(c.get("environmentId"), c.req.valid("json"), originOf(c)), 200),
    )
    .openapi(guest, async (c) => {
      const request = { provider: GUEST_PROVIDER, proof: c.req.valid("json") };
      return c.json(await signIn.signIn(c.get("environmentId"), request, originOf(c)), 200);
    });
}
