// `/v1/auth/challenges` and `/v1/auth/passkey`: the parts of signing in that ask for more than a password, or less.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { ErrorCode } from "../../shared/schema/errors.ts";
import {
  ChallengeAnswer,
  ChallengeCodeSent,
  PasskeyOptions,
  PasskeySignInRequest,
  SignInResponse,
} from "../../shared/schema/platform/index.ts";
import { clientAddressOf } from "../http/client-address.ts";
import type { AppEnv } from "../http/env.ts";
import { jsonBody } from "../http/json-body.ts";
import type { RateLimiter } from "../http/rate-limit.ts";
import { jsonRequest, responses } from "../http/responses.ts";
import type { ChallengeService } from "./challenge-service.ts";
import type { FactorService } from "./factor-service.ts";

/** What the routes need. */
export interface FactorSignInRoutesDeps {
  readonly factors: FactorService;
  readonly challenges: ChallengeService;
  readonly rateLimiter: RateLimiter;
}

const tags = ["Accounts"];

/** Longest `User-Agent` that is kept, in characters. */
const MAX_USER_AGENT_LENGTH = 256;

const BODY: readonly ErrorCode[] = [
  "request.malformed",
  "request.too_large",
  "request.unsupported_media_type",
  "request.invalid",
  "request.rate_limited",
];
const params = z.strictObject({ challengeId: z.uuid().meta({ description: "Of the problem auth.step_up_required." }) });

/** Open to everybody who holds a challenge, or a passkey; limited by address. */
export function factorSignInRoutes(deps: FactorSignInRoutesDeps): OpenAPIHono<AppEnv> {
  const { factors, challenges, rateLimiter } = deps;
  const limit = rateLimiter.policy("factor_sign_in");
  return new OpenAPIHono<AppEnv>()
    .openapi(createRoute({ ...ANSWER, middleware: [limit, jsonBody()] as const }), async (c) => {
      const { challengeId } = c.req.valid("param");
      return c.json(await challenges.answerSignIn(c.get("environmentId"), challengeId, c.req.valid("json")), 200);
    })
    .openapi(createRoute({ ...SEND_CODE, middleware: [limit] as const }), async (c) =>
      c.json(await challenges.sendCode(c.get("environmentId"), c.req.valid("param").challengeId), 200),
    )
    .openapi(createRoute({ ...BEGIN_PROOF, middleware: [limit] as const }), async (c) =>
      c.json(await challenges.beginPasskey(c.get("environmentId"), c.req.valid("param").challengeId), 200),
    )
    .openapi(createRoute({ ...BEGIN_SIGN_IN, middleware: [limit] as const }), async (c) =>
      c.json(await factors.beginPasskeySignIn(c.get("environmentId")), 200),
    )
    .openapi(createRoute({ ...SIGN_IN, middleware: [limit, jsonBody()] as const }), async (c) => {
      const { response, deviceName, deviceId } = c.req.valid("json");
      const userAgent = c.req.header("User-Agent")?.slice(0, MAX_USER_AGENT_LENGTH);
      const from = {
        address: clientAddressOf(c),
        ...(userAgent === undefined ? {} : { userAgent }),
        ...(deviceName === undefined ? {} : { deviceName }),
        ...(deviceId === undefined ? {} : { deviceId }),
      };
      return c.json(await factors.signInByPasskey(c.get("environmentId"), response, from), 200);
    });
}

const ANSWER = {
  method: "post",
  path: "/v1/auth/challenges/{challengeId}",
  tags,
  summary: "Answer a challenge",
  description: "Goes on with a sign-in that was answered auth.step_up_required. Five wrong answers end the challenge.",
  request: { params, body: jsonRequest(ChallengeAnswer) },
  responses: responses("Signed in.", SignInResponse, [
    ...BODY,
    "challenge.not_found",
    "factor.wrong_code",
    "factor.wrong_passkey",
    "auth.locked",
  ]),
} as const;

const SEND_CODE = {
  method: "post",
  path: "/v1/auth/challenges/{challengeId}/email-code",
  tags,
  summary: "Mail a code for a challenge",
  description: "To the player's proven address; at most three times for one challenge.",
  request: { params },
  responses: responses("On its way.", ChallengeCodeSent, [
    "request.invalid",
    "request.rate_limited",
    "challenge.not_found",
  ]),
} as const;

const BEGIN_PROOF = {
  method: "post",
  path: "/v1/auth/challenges/{challengeId}/passkey",
  tags,
  summary: "Options to answer a challenge with a passkey",
  description: "The publicKey member for navigator.credentials.get(), as JSON.",
  request: { params },
  responses: responses("The options.", PasskeyOptions, [
    "request.invalid",
    "request.rate_limited",
    "challenge.not_found",
    "factor.not_found",
  ]),
} as const;

const BEGIN_SIGN_IN = {
  method: "post",
  path: "/v1/auth/passkey/options",
  tags,
  summary: "Options to sign in with a passkey",
  description: "The publicKey member for navigator.credentials.get(), as JSON. The same for everybody.",
  responses: responses("The options.", PasskeyOptions, ["request.rate_limited"]),
} as const;

const SIGN_IN = {
  method: "post",
  path: "/v1/auth/passkey",
  tags,
  summary: "Sign in with a passkey",
  description: "Takes what the browser answered. A passkey is held and checks its holder: nothing more is asked for.",
  request: { body: jsonRequest(PasskeySignInRequest) },
  responses: responses("Signed in.", SignInResponse, [...BODY, "factor.wrong_passkey"]),
} as const;
